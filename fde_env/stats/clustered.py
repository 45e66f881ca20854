"""An interval for a share, also where episodes of one ticket stand or fall together.

Wilson's score interval is made for independent trials. Trials on one ticket are not: an agent
that fails a ticket once tends to fail it again, and a deterministic one always does. The counts
are then divided by the design effect (how much more the tickets scatter than independent trials
would), and the normal quantile gives way to Student's with one degree of freedom less than there
are tickets.

Sources: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical
inference", JASA 22; J. N. K. Rao and A. J. Scott (1992), "A simple method for the analysis of
clustered binary data", Biometrics 48, for the design effect; E. L. Korn and B. I. Graubard (1998),
"Confidence intervals for proportions with small expected number of positive counts estimated from
survey data", Survey Methodology 24, for the degrees of freedom.

>>> share = clustered_share([(1, 1)] * 8 + [(0, 1)] * 2)
>>> share.rate, round(share.low, 3), round(share.high, 3), share.method
(0.8, 0.49, 0.943, 'Wilson')
>>> twice = clustered_share([(2, 2)] * 8 + [(0, 2)] * 2)  # each ticket played twice, alike
>>> twice.rate == share.rate, twice.effective < 10
(True, True)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

from scipy.special import stdtrit

CONFIDENCE: Final = 0.95
Method = Literal["Wilson", "Wilson, clustered by ticket", "none"]


@dataclass(frozen=True)
class Share:
    """A share with its interval.

    Attributes:
        successes: Trials that succeeded.
        trials: Trials in all.
        rate: successes / trials; None where there was no trial.
        low: Lower end of the two-sided interval, 0 to 1.
        high: Upper end of it.
        effective: Independent trials that these are worth.
        method: How the interval was made.
    """

    successes: int
    trials: int
    rate: float | None
    low: float
    high: float
    effective: float
    method: Method


def wilson(
    successes: float, trials: float, *, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Wilson's score interval; counts may be effective ones, so fractions.

    Raises:
        ValueError: The counts do not fit each other.

    >>> low, high = wilson(0, 20)
    >>> low, round(high, 3)
    (0.0, 0.161)
    """
    if trials <= 0 or successes < 0 or successes > trials + 1e-9:
        raise ValueError(f"counts do not fit: {successes} of {trials}")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rate = min(1.0, successes / trials)
    centre = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    spread = math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    half = z * spread / (1 + z * z / trials)
    low = 0.0 if rate == 0 else max(0.0, centre - half)
    return low, 1.0 if rate == 1 else min(1.0, centre + half)


def clustered_share(
    clusters: Sequence[tuple[int, int]], *, confidence: float = CONFIDENCE
) -> Share:
    """The share over clusters of (successes, trials), one cluster a ticket.

    Raises:
        ValueError: A cluster's counts do not fit each other.
    """
    used = [(x, n) for x, n in clusters if n > 0]
    if any(x < 0 or x > n for x, n in used):
        raise ValueError("a cluster has more successes than trials, or fewer than none")
    successes, trials = sum(x for x, _ in used), sum(n for _, n in used)
    if trials == 0:
        return Share(0, 0, None, 0.0, 1.0, 0.0, "none")
    rate = successes / trials
    effective = float(trials)
    method: Method = "Wilson"
    if any(n > 1 for _, n in used):
        residuals = [x - rate * n for x, n in used]
        binomial = rate * (1 - rate) * trials
        effective = effective_trials(residuals, binomial, trials, confidence)
        method = "Wilson, clustered by ticket"
    low, high = wilson(rate * effective, effective, confidence=confidence)
    return Share(successes, trials, rate, low, high, effective, method)


def effective_trials(
    residuals: Sequence[float], independent: float, trials: int, confidence: float
) -> float:
    """Independent trials that clustered ones are worth; at least 1, at most `trials`.

    Args:
        residuals: Sum of each cluster less what is expected of it.
        independent: Variance of the total if trials were independent.
        trials: Trials in all.
        confidence: Two-sided, for Student's quantile.

    >>> effective_trials([0.4, -0.4, 0.4, -0.4], 0.0, 8, 0.95) < 4  # no scatter to go by
    True
    """
    clusters = len(residuals)
    if clusters < 2:
        return 1.0
    scatter = clusters / (clusters - 1) * math.fsum(value * value for value in residuals)
    # Where every trial ended alike nothing tells how clusters scatter: count clusters then.
    effect = scatter / independent if independent > 1e-12 else trials / clusters
    upper = 0.5 + confidence / 2
    student = float(stdtrit(clusters - 1, upper))
    shrink = (NormalDist().inv_cdf(upper) / student) ** 2
    return max(1.0, min(float(trials), trials / max(1.0, effect) * shrink))
