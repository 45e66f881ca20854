"""Did it learn? Exact one-sided McNemar, a pre-registered margin, and a paired interval.

Base and tuned model answer the same held-out rows. Only the discordant rows say which of the two is
better: `gains` (base wrong, tuned right) and `losses` (the reverse). If both were equally good,
gains would be Binomial(gains + losses, 1/2), whatever the rows are.

Sources: Q. McNemar (1947), "Note on the sampling error of the difference between correlated
proportions or percentages", Psychometrika 12, in its exact binomial form; T. Tango (1998),
"Equivalence test and confidence interval for the difference in proportions for the paired-sample
design", Statistics in Medicine 17, for the interval.

>>> result = paired_test(rows=1100, gains=610, losses=26)
>>> result.learned, round(result.difference, 3), result.p_value < 1e-100
(True, 0.531, True)
>>> round(result.ci_low, 3), round(result.ci_high, 3)
(0.498, 0.563)
>>> paired_test(rows=1100, gains=0, losses=0).p_value
1.0
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from scipy.special import bdtrc

ALPHA = 0.05
MARGIN = 0.15


@dataclass(frozen=True)
class PairedTest:
    """Outcome of the acceptance test on one split.

    Attributes:
        rows: Rows answered by both models.
        gains: Rows where base was wrong and tuned right.
        losses: Rows where base was right and tuned wrong.
        p_value: One-sided exact McNemar; 1 when no row is discordant.
        difference: Accuracy minus base accuracy, -1 to 1.
        ci_low: Lower end of the two-sided 95% interval of the difference.
        ci_high: Upper end of it.
        learned: Both the test and the margin are met.
    """

    rows: int
    gains: int
    losses: int
    p_value: float
    difference: float
    ci_low: float
    ci_high: float
    learned: bool


def mcnemar_p(gains: int, losses: int) -> float:
    """One-sided exact p-value of "tuned is better than base".

    Returns:
        P(Binomial(gains + losses, 1/2) >= gains); 1.0 when no row is discordant, as two models
        with the same answers give no evidence of anything.

    Raises:
        ValueError: A count is negative.

    >>> mcnemar_p(5, 0)
    0.03125
    """
    if gains < 0 or losses < 0:
        raise ValueError(f"counts cannot be negative: gains={gains}, losses={losses}")
    if gains == 0:
        return 1.0
    # The binomial tail that scipy.stats.binomtest returns, without the second that
    # importing scipy.stats costs every command; a test holds the two together.
    return float(bdtrc(gains - 1, gains + losses, 0.5))


def learned(
    rows: int, gains: int, losses: int, *, alpha: float = ALPHA, margin: float = MARGIN
) -> bool:
    """E of the report: the test rejects at `alpha` and the gain in accuracy is at least `margin`.

    Raises:
        ValueError: The counts do not fit into `rows`.

    >>> learned(1100, 165, 0), learned(1100, 164, 0)  # 0.15 exactly, and one row short of it
    (True, False)
    """
    _check_counts(rows, gains, losses)
    # In rows, with room for the rounding of margin * rows: 0.15 of 1,100 rows are 165 rows.
    clears = gains - losses >= margin * rows - 1e-9
    return mcnemar_p(gains, losses) < alpha and clears


def paired_test(
    rows: int, gains: int, losses: int, *, alpha: float = ALPHA, margin: float = MARGIN
) -> PairedTest:
    """Everything that is reported of base against tuned on one split.

    Raises:
        ValueError: The counts do not fit into `rows`.
    """
    low, high = difference_interval(rows, gains, losses)
    return PairedTest(
        rows=rows,
        gains=gains,
        losses=losses,
        p_value=mcnemar_p(gains, losses),
        difference=(gains - losses) / rows,
        ci_low=low,
        ci_high=high,
        learned=learned(rows, gains, losses, alpha=alpha, margin=margin),
    )


def difference_interval(
    rows: float, gains: float, losses: float, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Tango's score interval for accuracy minus base accuracy on paired rows.

    The set of differences that the score test does not reject. It needs the discordant counts
    alone, stays within [-1, 1] and has width even where no row is discordant.

    Args:
        rows: Rows answered by both models, at least 1. Where rows are tied together, the
            independent rows that they are worth, which may be a fraction; so may the counts.
        gains: Rows where base was wrong and tuned right.
        losses: Rows where base was right and tuned wrong.
        confidence: Two-sided coverage, between 0 and 1.

    Returns:
        Lower and upper end, each in [-1, 1].

    Raises:
        ValueError: The counts do not fit into `rows`.

    >>> low, high = difference_interval(21, 1, 7)
    >>> round(low, 3), round(high, 3)
    (-0.517, -0.026)
    """
    # Only reports ask for intervals; episodes need not load an optimiser.
    from scipy.optimize import brentq

    _check_counts(rows, gains, losses)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (gains - losses) / rows

    def excess(difference: float) -> float:
        # Squared distance minus z^2 variances: no division, so no pole where the variance is 0.
        nuisance = _constrained_loss_rate(rows, gains, losses, difference)
        variance = max(0.0, rows * (2 * nuisance + difference * (1 - difference)))
        return (gains - losses - rows * difference) ** 2 - z * z * variance

    # At the centre itself the variance may be 0; a hair beside it, it is not.
    hair = 1e-12

    def end(limit: float, near: float) -> float:
        # Scaled counts miss a limit by a rounding error: there is no root between then.
        if abs(centre - limit) <= hair or excess(limit) <= 0:
            return limit
        return centre if excess(near) >= 0 else float(brentq(excess, limit, near))

    return end(-1.0, centre - hair), end(1.0, centre + hair)


def _constrained_loss_rate(rows: float, gains: float, losses: float, difference: float) -> float:
    """Most likely P(loss) given that P(gain) - P(loss) is `difference` (Tango 1998)."""
    a = 2 * rows
    b = -gains - losses + (2 * rows - gains + losses) * difference
    c = -losses * difference * (1 - difference)
    return (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)


def _check_counts(rows: float, gains: float, losses: float) -> None:
    if rows < 1 or gains < 0 or losses < 0 or gains + losses > rows + 1e-9:
        raise ValueError(f"counts do not fit: rows={rows}, gains={gains}, losses={losses}")
