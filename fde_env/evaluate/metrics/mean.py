"""A sum, its mean by episode, and a bootstrap interval over tickets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.evaluate.row import EpisodeRow
from fde_env.stats.bootstrap import ratio_interval


class Mean(Frozen):
    """A total over what it is divided by."""

    total: float | None = Field(description="None when no episode says anything.")
    count: float = Field(description="Episodes that say it, or deliveries that it is divided by.")
    unknown: int = Field(description="Episodes that do not say it.")
    mean: float | None
    low: float | None = Field(description="Lower end of the 95% bootstrap interval.")
    high: float | None = Field(description="Upper end; None where it has no finite value.")


def mean(
    rows: Sequence[EpisodeRow],
    value: Callable[[EpisodeRow], float | None],
    per: Callable[[EpisodeRow], float] = lambda _: 1.0,
) -> Mean:
    """The total of `value` over the total of `per`, over rows whose value is known."""
    clusters: dict[str, list[float]] = {}
    unknown = 0
    for row in rows:
        known = value(row)
        if known is None:
            unknown += 1
            continue
        sums = clusters.setdefault(row.ticket, [0.0, 0.0])
        sums[0] += known
        sums[1] += per(row)
    ratio, low, high = ratio_interval([(above, below) for above, below in clusters.values()])
    return Mean(
        total=sum(above for above, _ in clusters.values()) if clusters else None,
        count=sum(below for _, below in clusters.values()),
        unknown=unknown,
        mean=ratio,
        low=low,
        high=high,
    )
