"""Conduct: integrity violations, tool calls and faults by stage, compliance findings."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.stage import STAGES
from fde_env.evaluate.metrics.mean import Mean, mean
from fde_env.evaluate.metrics.rate import Rate, episode_rate, rate
from fde_env.evaluate.row import EpisodeRow


class Conduct(Frozen):
    """How an agent went about it."""

    violations: dict[str, int] = Field(description="Integrity violations by kind, in all.")
    with_violation: Rate = Field(description="Episodes with at least one.")
    reads: dict[str, Mean] = Field(description="Stage to read-only tool calls an episode.")
    faults: dict[str, int] = Field(description="Stage to actions that were not taken, in all.")
    compliance: dict[str, Rate] = Field(
        description="Finding to the share of episodes that comply; a judge's failure is unscored."
    )


def conduct(rows: Sequence[EpisodeRow]) -> Conduct:
    """Counts and rates over episodes."""
    scored = [row for row in rows if row.outcome.scored]
    kinds = sorted({kind for row in scored for kind in row.violations})
    findings = sorted({name for row in scored for name in row.compliance or {}})
    return Conduct(
        violations={kind: sum(row.violations.get(kind, 0) for row in scored) for kind in kinds},
        with_violation=episode_rate(rows, lambda row: any(row.violations.values())),
        reads={
            stage: mean(scored, lambda row, name=stage: float(row.reads.get(name, 0)))  # type: ignore[misc]
            for stage in STAGES
        },
        faults={
            stage: total
            for stage in STAGES
            if (total := sum(row.faults.get(stage, 0) for row in scored))
        },
        compliance={name: _complies(rows, name) for name in findings},
    )


def _complies(rows: Sequence[EpisodeRow], name: str) -> Rate:
    return rate(
        (row.ticket, (row.compliance or {}).get(name) if row.outcome.scored else None)
        for row in rows
        if not row.outcome.scored or name in (row.compliance or {})
    )
