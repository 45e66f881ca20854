"""Area under the ROC curve with DeLong's interval.

The AUC is the chance that a random positive scores above a random negative, ties counting half.
Its variance follows from how each score is placed among the scores of the other class.

Sources: E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson (1988), "Comparing the areas under two or
more correlated receiver operating characteristic curves: a nonparametric approach", Biometrics 44;
placements by midranks after X. Sun, W. Xu (2014), "Fast implementation of DeLong's algorithm",
IEEE Signal Processing Letters 21.

>>> found = auc_interval([0.1, 0.4, 0.35, 0.8], [False, False, True, True])
>>> round(found.auc, 2), round(found.low, 2), round(found.high, 2)
(0.75, 0.06, 1.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.stats import rankdata


@dataclass(frozen=True)
class AUC:
    """An AUC with a two-sided interval, all 0 to 1."""

    auc: float
    low: float
    high: float


def auc_interval(scores: Sequence[float], positive: Sequence[bool], level: float = 0.95) -> AUC:
    """AUC of `scores` for telling the positive cases, with DeLong's interval.

    Raises:
        ValueError: a class has fewer than two cases.
    """
    values, is_positive = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    above, below = values[is_positive], values[~is_positive]
    if min(len(above), len(below)) < 2:
        raise ValueError("both classes need at least two cases")
    both = rankdata(np.concatenate([above, below]))
    # Placement: share of the other class that a score is above (or below, for negatives).
    placed_above = (both[: len(above)] - rankdata(above)) / len(below)
    placed_below = 1 - (both[len(above) :] - rankdata(below)) / len(above)
    auc = float(placed_above.mean())
    variance = placed_above.var(ddof=1) / len(above) + placed_below.var(ddof=1) / len(below)
    half = NormalDist().inv_cdf(0.5 + level / 2) * float(variance) ** 0.5
    return AUC(auc=auc, low=max(0.0, auc - half), high=min(1.0, auc + half))
