"""A share of episodes with its interval, and what episodes without a score could make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.evaluate.row import EpisodeRow
from fde_env.stats.clustered import clustered_share

Measure = Callable[[EpisodeRow], bool | None]
Observed = tuple[str, bool | None]


class Rate(Frozen):
    """A share. Rates lie between 0 and 1."""

    passed: int
    scored: int = Field(description="Episodes (or verdicts) that say something about the agent.")
    unscored: int = Field(description="Those that a provider or the platform cut off.")
    rate: float | None = Field(description="passed / scored; None when nothing was scored.")
    low: float = Field(description="Lower end of the 95% interval.")
    high: float
    effective: float = Field(description="Independent observations that these are worth.")
    method: str = Field(description="How the interval was made.")
    worst: float | None = Field(description="The rate if all unscored had failed.")
    best: float | None = Field(description="The rate if all unscored had passed.")
    worst_low: float = Field(description="Lower end of the interval if all unscored had failed.")
    best_high: float = Field(description="Upper end of the interval if all had passed.")


def rate(observed: Iterable[Observed]) -> Rate:
    """The share of True among (ticket, value); None is an observation without a score."""
    seen = list(observed)
    known = [(ticket, value) for ticket, value in seen if value is not None]
    share = clustered_share(_clusters(known))
    worst = clustered_share(_clusters([(ticket, bool(value)) for ticket, value in seen]))
    best = clustered_share(_clusters([(ticket, value is not False) for ticket, value in seen]))
    return Rate(
        passed=share.successes,
        scored=share.trials,
        unscored=len(seen) - len(known),
        rate=share.rate,
        low=share.low,
        high=share.high,
        effective=share.effective,
        method=share.method,
        worst=worst.rate,
        best=best.rate,
        worst_low=worst.low,
        best_high=best.high,
    )


def episode_rate(rows: Sequence[EpisodeRow], measure: Measure) -> Rate:
    """The share of episodes for which `measure` holds.

    Scored episodes for which it is None are left out: the question does not arise. An episode
    without a score stays, since nobody knows whether it would have arisen.
    """
    return rate(
        (row.ticket, measure(row) if row.outcome.scored else None)
        for row in rows
        if not row.outcome.scored or measure(row) is not None
    )


def _clusters(values: Sequence[tuple[str, bool]]) -> list[tuple[int, int]]:
    found: dict[str, list[int]] = {}
    for ticket, value in values:
        cluster = found.setdefault(ticket, [0, 0])
        cluster[0] += value
        cluster[1] += 1
    return [(passed, tried) for passed, tried in found.values()]
