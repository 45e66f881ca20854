"""Two conditions on the same tickets: an exact test, an interval, and "no difference" if shown.

Each pair is one ticket and trial played under both conditions; `gains` succeeded under the second
alone, `losses` under the first alone. The test flips the sign of each ticket's balance: if the
condition made no difference, either sign was as likely. With one pair a ticket that is the exact
two-sided McNemar test, number for number; with several it stays exact, whatever ties the trials of
a ticket together.

"No difference" is never read off a test that did not reject. It is said when both one-sided score
tests against a difference of `bound` reject at 0.05, that is, when the 90% interval lies inside
(-bound, bound).

Sources: Q. McNemar (1947), Psychometrika 12; R. A. Fisher (1935), "The Design of Experiments",
section 21, for the sign flips; T. Tango (1998), "Equivalence test and confidence interval for the
difference in proportions for the paired-sample design", Statistics in Medicine 17; D. J.
Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, for the two one-sided tests.

>>> effect = paired_effect([(1, 0, 1)] * 9 + [(1, 1, 0)] + [(1, 0, 0)] * 10)
>>> effect.difference, round(effect.p_value, 5), effect.equivalent
(-0.4, 0.02148, False)
>>> paired_effect([(1, 0, 0)] * 120).equivalent, paired_effect([(1, 0, 0)] * 20).equivalent
(True, False)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fde_env.stats.clustered import effective_trials
from fde_env.stats.mcnemar import difference_interval

BOUND: Final = 0.05
LEVEL: Final = 0.05


@dataclass(frozen=True)
class PairedEffect:
    """Second condition less the first.

    Attributes:
        pairs: Pairs compared.
        clusters: Tickets that they come from.
        gains: Pairs that succeeded under the second condition alone.
        losses: Pairs that succeeded under the first alone.
        difference: (gains - losses) / pairs, -1 to 1; None without pairs.
        low: Lower end of the two-sided 95% score interval of the difference.
        high: Upper end of it.
        p_value: Two-sided exact p-value of "no difference".
        effective: Independent pairs that these are worth.
        equivalent: Shown to differ by less than `bound`, by two one-sided tests at 0.05.
        bound: The largest difference that counts as none.
    """

    pairs: int
    clusters: int
    gains: int
    losses: int
    difference: float | None
    low: float
    high: float
    p_value: float
    effective: float
    equivalent: bool
    bound: float


def sign_flip_p(balances: Sequence[int]) -> float:
    """Two-sided p-value of the sum of `balances` when each may as well have the other sign.

    Args:
        balances: Gains less losses of each ticket.

    Returns:
        P(|sum of randomly signed balances| >= |sum seen|), 1.0 when all are 0.

    >>> sign_flip_p([1, 1, 1, 1, 1, -1]) == 14 / 64  # as the exact McNemar test of 5 against 1
    True
    >>> sign_flip_p([2, 2, 2])  # three tickets, two trials each: three flips, not six
    0.25
    """
    sizes = [abs(value) for value in balances if value]
    if not sizes:
        return 1.0
    # Chance of each possible sum, from -reach to reach.
    chances = np.ones(1)
    for size in sizes:
        wider = np.zeros(len(chances) + 2 * size)
        wider[: len(chances)] += 0.5 * chances
        wider[2 * size :] += 0.5 * chances
        chances = wider
    reach, seen = sum(sizes), abs(sum(balances))
    sums = np.abs(np.arange(-reach, reach + 1))
    return min(1.0, float(chances[sums >= seen].sum()))


def paired_effect(
    clusters: Sequence[tuple[int, int, int]], *, bound: float = BOUND
) -> PairedEffect:
    """Compare two conditions over tickets, each (pairs, gains, losses).

    Raises:
        ValueError: A ticket's counts do not fit each other, or the bound is not within (0, 1).
    """
    if not 0 < bound < 1:
        raise ValueError(f"the bound is a difference of shares between 0 and 1, not {bound}")
    if any(min(row) < 0 or row[1] + row[2] > row[0] for row in clusters):
        raise ValueError("a ticket has more discordant pairs than pairs")
    used = [row for row in clusters if row[0] > 0]
    pairs, gains, losses = (sum(row[i] for row in used) for i in range(3))
    if pairs == 0:
        return PairedEffect(0, 0, 0, 0, None, -1.0, 1.0, 1.0, 0.0, False, bound)
    difference = (gains - losses) / pairs
    independent = gains + losses - pairs * difference**2
    residuals = [up - down - difference * n for n, up, down in used]

    def interval(confidence: float) -> tuple[tuple[float, float], float]:
        worth = float(pairs)
        if len(used) < pairs:
            worth = effective_trials(residuals, independent, pairs, confidence)
        scale = worth / pairs
        ends = difference_interval(worth, gains * scale, losses * scale, confidence=confidence)
        return ends, worth

    (low, high), effective = interval(0.95)
    (inner_low, inner_high), _ = interval(1 - 2 * LEVEL)
    return PairedEffect(
        pairs=pairs,
        clusters=len(used),
        gains=gains,
        losses=losses,
        difference=difference,
        low=low,
        high=high,
        p_value=sign_flip_p([up - down for _, up, down in used]),
        effective=effective,
        equivalent=-bound < inner_low and inner_high < bound,
        bound=bound,
    )
