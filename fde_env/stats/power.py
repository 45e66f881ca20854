"""What the acceptance rule can see: its power and its size, computed exactly.

A held-out row is a gain with probability `p_gain`, a loss with `p_loss`, and agrees otherwise. The
number of discordant rows is then binomial, and so are the gains among them, so the probability of
"learned" is a finite sum and no simulation is needed.

>>> round(power(rows=1100, p_gain=0.25, p_loss=0.05), 3)
1.0
>>> power(rows=1100, p_gain=0.10, p_loss=0.10, margin=0.0) < 0.05
True
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom

from fde_env.stats.mcnemar import ALPHA, MARGIN


def power(
    rows: int, p_gain: float, p_loss: float, *, alpha: float = ALPHA, margin: float = MARGIN
) -> float:
    """Probability that a run is called learned.

    Args:
        rows: Held-out rows.
        p_gain: Probability that a row is base wrong, tuned right.
        p_loss: Probability that a row is base right, tuned wrong.
        alpha: Level of the McNemar test.
        margin: Least gain in accuracy, 0 to 1.

    Returns:
        The power where `p_gain - p_loss` is a real improvement, the size where it is none.

    Raises:
        ValueError: The probabilities do not leave room for each other.
    """
    if min(p_gain, p_loss) < 0 or p_gain + p_loss > 1:
        raise ValueError(f"not probabilities of disjoint events: {p_gain}, {p_loss}")
    if p_gain + p_loss == 0:
        return 0.0
    discordant = np.arange(rows + 1)
    # Least gains that the test rejects at: p < alpha, strictly, as `mcnemar.learned` asks.
    by_test = binom.isf(alpha, discordant, 0.5) + 1
    by_test = np.where(binom.sf(by_test - 1, discordant, 0.5) < alpha, by_test, by_test + 1)
    # Least gains g with g - (discordant - g) >= margin * rows.
    by_margin = np.ceil((margin * rows - 1e-9 + discordant) / 2)
    least = np.maximum(by_test, by_margin)
    called = binom.sf(least - 1, discordant, p_gain / (p_gain + p_loss))
    return float(np.sum(binom.pmf(discordant, rows, p_gain + p_loss) * called))


def smallest_improvement(
    rows: int, *, margin: float = MARGIN, p_loss: float = 0.05, wanted: float = 0.95
) -> float | None:
    """Smallest true improvement (accuracy, 0 to 1) that is called learned with power `wanted`.

    Args:
        rows: Held-out rows.
        margin: Least gain in accuracy that the rule asks for.
        p_loss: Share of rows that the tuned model loses.
        wanted: Power asked for.

    Returns:
        The improvement, or None where no improvement reaches that power.

    >>> 0.15 < smallest_improvement(1100) < smallest_improvement(300)
    True
    """

    def lacking(improvement: float) -> float:
        return power(rows, p_loss + improvement, p_loss, margin=margin) - wanted

    most = 1 - 2 * p_loss
    if lacking(most) < 0:
        return None
    return float(brentq(lacking, 0.0, most, xtol=1e-6))
