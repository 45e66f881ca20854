"""The smallest effect that a paired comparison could have seen.

A comparison that finds nothing says little unless one knows what it would have found. This is the
smallest true difference of shares that the exact two-sided McNemar test at 0.05 detects with 80%
power, computed exactly (`fde_env.stats.power`), given how many pairs lean the other way.

Source: R. J. Connor (1987), "Sample size for testing differences in proportions for the
paired-sample design", Biometrics 43, whose approximation the exact sums replace.

>>> round(smallest_detectable(120), 3), smallest_detectable(5)
(0.065, None)
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

POWER: Final = 0.8
TWO_SIDED: Final = 0.05


@lru_cache(maxsize=1024)
def smallest_detectable(pairs: int, against: float = 0.0, *, wanted: float = POWER) -> float | None:
    """Smallest difference of shares (0 to 1) that is found with power `wanted`.

    Args:
        pairs: Independent pairs; round effective ones down.
        against: Share of pairs that lean against the effect, 0 to 0.5.
        wanted: Power, 0 to 1.

    Returns:
        The difference, or None where even the largest possible one would be missed.

    >>> smallest_detectable(60, 0.1) > smallest_detectable(240, 0.1)
    True
    """
    if pairs < 1:
        return None
    # Only reports ask; episodes need not load scipy.stats.
    from scipy.optimize import brentq

    from fde_env.stats.power import power

    def lacking(effect: float) -> float:
        found = power(pairs, against + effect, against, alpha=TWO_SIDED / 2, margin=0.0)
        return found - wanted

    most = 1 - 2 * against
    if most <= 0 or lacking(most) < 0:
        return None
    return float(brentq(lacking, 0.0, most, xtol=1e-6))
