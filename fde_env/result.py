"""The outcome of an ended episode, as it is reported."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.compliance import Assessment
from fde_env.contract.evidence import AlarmKind
from fde_env.contract.record import Ending
from fde_env.contract.stage import STAGES
from fde_env.contract.verdict import Verdict
from fde_env.episode import Episode
from fde_env.runs.facts import is_tbdl


class AlarmSteps(Frozen):
    """Steps of the first alarms, None where there was none."""

    harm: int | None
    futility: int | None


class Result(Frozen):
    """Delivered facts and verdicts; run facts are None when nothing was trained."""

    ticket: str
    ending: Ending
    reward: float = Field(description="Return of the episode, 0 to 1.")
    stages: tuple[Verdict, ...]
    compliance: tuple[Assessment, ...] = Field(
        description="Found apart from the verdicts; moves no return."
    )
    train_pass: bool | None
    learned: bool | None
    halted: bool | None
    tbdl: bool | None
    base_accuracy: float | None
    accuracy: float | None
    p_value: float | None
    alarms: AlarmSteps
    ship_attempts: int
    gpu_hours: float | None
    cost_usd: float | None
    run_id: str | None

    @property
    def verdicts(self) -> dict[str, bool]:
        """Stage to whether it passed; stages that were not reached are False."""
        passed = {item.stage: item.passed for item in self.stages}
        return {stage: passed.get(stage, False) for stage in STAGES}

    @property
    def complies(self) -> dict[str, bool | None]:
        """Kind of compliance to whether nothing was found; None where a judge failed."""
        return {item.kind: item.complies for item in self.compliance}


def make_result(
    episode: Episode,
    verdicts: Sequence[Verdict],
    compliance: Sequence[Assessment],
    paid: float,
) -> Result:
    """Collect the outcome of an ended episode."""
    facts = episode.facts()
    run, ledger, evidence = facts.run, facts.ledger, episode.evidence
    acceptance = episode.ticket.truth.policy.acceptance
    held = None if run is None else run.split(acceptance.split)
    found: dict[AlarmKind, int] = {}
    for alarm in evidence.alarms if evidence else ():
        found.setdefault(alarm.kind, alarm.step)
    return Result(
        ticket=episode.ticket.ticket_id,
        ending=episode.ending,
        reward=paid,
        stages=tuple(verdicts),
        compliance=tuple(compliance),
        train_pass=run.train_pass if run else None,
        learned=run.learned if run else None,
        halted=run.halted if run else None,
        tbdl=is_tbdl(evidence, acceptance) if evidence else None,
        base_accuracy=held.outcome.base_accuracy if held else None,
        accuracy=held.outcome.accuracy if held else None,
        p_value=held.p_value if held else None,
        alarms=AlarmSteps(harm=found.get("harm"), futility=found.get("futility")),
        ship_attempts=facts.gate.ship_attempts,
        gpu_hours=ledger.gpu_hours if ledger else None,
        cost_usd=ledger.total_usd if ledger else None,
        run_id=run.run_id if run else None,
    )
