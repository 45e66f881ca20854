"""Pass rate by stage and by kind of work. A stage that was not reached has not passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fde_env.contract.stage import KIND_OF, STAGES, Kind
from fde_env.evaluate.metrics.rate import Observed, Rate, episode_rate, rate
from fde_env.evaluate.row import EpisodeRow

KINDS: tuple[Kind, ...] = ("judgment", "arithmetic", "execution")


def stage_rates(rows: Sequence[EpisodeRow]) -> dict[str, Rate]:
    """Stage to its pass rate, over episodes in which the stage applies."""
    return {
        stage: episode_rate(_applicable(rows, stage), lambda row, name=stage: row.stages[name])  # type: ignore[misc]
        for stage in STAGES
    }


def kind_rates(rows: Sequence[EpisodeRow]) -> dict[str, Rate]:
    """Kind of work to the share of its verdicts that passed."""
    return {kind: rate(verdicts(rows, kind)) for kind in KINDS}


def verdicts(rows: Sequence[EpisodeRow], kind: Kind) -> Iterator[Observed]:
    """(ticket, passed) of every verdict of a kind; None without a score."""
    for stage in STAGES:
        if KIND_OF[stage] == kind:
            for row in _applicable(rows, stage):
                yield row.ticket, row.stages[stage]


def _applicable(rows: Sequence[EpisodeRow], stage: str) -> list[EpisodeRow]:
    """Only intake applies to a ticket that cannot be delivered, scored or not."""
    return [row for row in rows if stage == "intake" or row.infeasible == "none"]
