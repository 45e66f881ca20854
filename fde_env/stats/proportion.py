"""Exact confidence bounds of a single accuracy.

Source: C. J. Clopper and E. S. Pearson (1934), "The use of confidence or fiducial limits
illustrated in the case of the binomial", Biometrika 26.

>>> low, high = accuracy_bounds(1100, 550)
>>> round(low, 4), round(high, 4)
(0.47, 0.53)
>>> accuracy_bounds(20, 0)[0], accuracy_bounds(20, 20)[1]
(0.0, 1.0)
"""

from __future__ import annotations

from scipy.special import betaincinv

CONFIDENCE = 0.95


def accuracy_bounds(
    rows: int, correct: int, *, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Two-sided Clopper-Pearson interval of the accuracy on exchangeable rows.

    Args:
        rows: Rows answered, at least 1.
        correct: Rows answered rightly.
        confidence: Least coverage, between 0 and 1.

    Returns:
        Lower and upper end, each in [0, 1].

    Raises:
        ValueError: The counts do not fit.
    """
    if rows < 1 or not 0 <= correct <= rows:
        raise ValueError(f"counts do not fit: rows={rows}, correct={correct}")
    tail = (1 - confidence) / 2
    low = 0.0 if correct == 0 else float(betaincinv(correct, rows - correct + 1, tail))
    high = 1.0 if correct == rows else float(betaincinv(correct + 1, rows - correct, 1 - tail))
    return low, high
