"""A ratio of sums (dollars an episode, dollars a delivery) with a bootstrap interval by ticket.

Whole tickets are drawn again, with all their episodes, so that what ties the trials of a ticket
together stays tied. The draws are seeded: equal data give an equal interval.

Source: A. C. Davison and D. V. Hinkley (1997), "Bootstrap Methods and their Application",
Cambridge, section 2.4 and, for clusters, 3.8; percentile interval.

>>> ratio, low, high = ratio_interval([(2.0, 1.0), (4.0, 1.0), (3.0, 1.0), (3.0, 1.0)])
>>> ratio, 2 <= low <= 3 <= high <= 4
(3.0, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

RESAMPLES: Final = 2000


def ratio_interval(
    clusters: Sequence[tuple[float, float]], *, confidence: float = 0.95
) -> tuple[float | None, float | None, float | None]:
    """Sum of the first over the sum of the second, over clusters.

    Returns:
        The ratio and its interval. The ratio is None where the second sum is 0; an end is None
        where that happens in so many draws that the end has no finite value.

    >>> ratio_interval([(1.0, 0.0)])
    (None, None, None)
    """
    if not clusters or sum(below for _, below in clusters) == 0:
        return None, None, None
    values = np.asarray(clusters, dtype=float)
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(values), size=(RESAMPLES, len(values)))
    sums = values[drawn].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(sums[:, 1] > 0, sums[:, 0] / sums[:, 1], np.inf)
    tail = (1 - confidence) / 2
    # "lower" and "higher" take a ratio that was drawn: no arithmetic between finite and infinite.
    low = float(np.quantile(ratios, tail, method="lower"))
    high = float(np.quantile(ratios, 1 - tail, method="higher"))
    total = values.sum(axis=0)
    return (
        float(total[0] / total[1]),
        low if np.isfinite(low) else None,
        high if np.isfinite(high) else None,
    )
