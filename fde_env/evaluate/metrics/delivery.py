"""Delivery rate, and pass^k: valid deliveries in each of k trials."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.evaluate.metrics.rate import Rate, episode_rate
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.row import EpisodeRow
from fde_env.stats.pass_k import pass_power_k


class PassK(Frozen):
    """pass^k over tickets that have at least k scored trials."""

    k: int
    tickets: int
    value: float | None
    low: float
    high: float
    worst: float | None = Field(description="If all trials without a score had failed.")
    best: float | None = Field(description="If all of them had delivered.")


def delivery_rate(rows: Sequence[EpisodeRow]) -> Rate:
    """Share of valid deliveries: all ten stages passed, or the right refusal."""
    return episode_rate(rows, lambda row: row.outcome is Outcome.DELIVERED)


def pass_k(rows: Sequence[EpisodeRow]) -> tuple[PassK, ...]:
    """pass^1 to pass^n, for rows of one agent under one condition."""
    most = 1 + max((row.trial for row in rows), default=-1)
    return tuple(_one(rows, k) for k in range(1, most + 1))


def _one(rows: Sequence[EpisodeRow], k: int) -> PassK:
    value, low, high, tickets = pass_power_k(_tries(rows, assumed=None), k)
    return PassK(
        k=k,
        tickets=tickets,
        value=value,
        low=low,
        high=high,
        worst=pass_power_k(_tries(rows, assumed=False), k)[0],
        best=pass_power_k(_tries(rows, assumed=True), k)[0],
    )


def _tries(rows: Sequence[EpisodeRow], *, assumed: bool | None) -> list[tuple[int, int]]:
    """(deliveries, trials) of each ticket; trials without a score as assumed, or left out."""
    found: dict[str, list[int]] = {}
    for row in rows:
        counts = found.setdefault(row.ticket, [0, 0])
        if row.outcome.scored or assumed is not None:
            counts[0] += row.outcome is Outcome.DELIVERED or (
                not row.outcome.scored and bool(assumed)
            )
            counts[1] += 1
    return [(won, tried) for won, tried in found.values()]
