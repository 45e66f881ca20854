"""A delivery as the oracle sees it, and how a changed submission changes what is graded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fde_env.compile import Handling, compile_handling
from fde_env.contract.facts import Facts, RunFacts
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import IntakeSubmission, Submission, TrainSubmission
from fde_env.contract.ticket import TrapName
from fde_env.contract.truth import Truth
from fde_env.errors import CompileError
from fde_env.tickets.drop import Drop
from fde_oracle.gold import reference_submission


def changed(submission: Submission, changes: Mapping[str, Any]) -> Submission:
    """`submission` with some fields replaced (`a.b` reaches inside), validated as on the wire.

    Raises:
        ValidationError: a new value is none that the field takes.
    """
    value = submission.model_dump(mode="json")
    for path, new in changes.items():
        *outer, last = path.split(".")
        place = value
        for part in outer:
            place = place[part]
        place[last] = new
    return type(submission).model_validate_json(json.dumps(value))


@dataclass(frozen=True)
class Scene:
    """A finished delivery, whoever made it, and the drop that it was made from."""

    truth: Truth
    traps: frozenset[TrapName]
    drop: Drop
    records: tuple[StageRecord, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Stages that were reached."""
        return tuple(record.stage for record in self.records)

    def record(self, stage: Stage) -> StageRecord:
        """What was submitted at `stage`, and the facts of then."""
        return next(item for item in self.records if item.stage == stage)

    def right(self, stage: Stage) -> StageRecord:
        """The gold submission for `stage` under the facts of the scene."""
        record = self.record(stage)
        return self.with_submission(record, reference_submission(stage, self.truth, record.facts))

    def with_submission(self, record: StageRecord, new: Submission) -> StageRecord:
        """`record` with another submission; facts stay but for those that it decides itself."""
        facts = record.facts
        if isinstance(new, IntakeSubmission) and new.decision == "accept":
            made = self.handling(new)
            known = (None, None) if made is None else (made.digest, made.oldest)
            update = dict(zip(("handling_digest", "oldest_row"), known, strict=True))
            facts = facts.model_copy(update=update)
        elif isinstance(new, TrainSubmission) and facts.run is not None and facts.run.answers:
            facts = _answered(facts, facts.run, new)
        return StageRecord(stage=record.stage, submission=new, own=new, facts=facts)

    def handling(self, intake: IntakeSubmission) -> Handling | None:
        """What the intake compiles to; None when it does not."""
        try:
            return compile_handling(self.drop, intake)
        except CompileError:
            return None


def _answered(facts: Facts, run: RunFacts, answer: TrainSubmission) -> Facts:
    """Facts with another last answer to an alarm; a halt is the last thing that happens."""
    if answer.command == "halt":
        update = {"answers": (answer,), "alarms_shown": run.alarms_shown[:1]}
    else:
        update = {"answers": (*run.answers[:-1], answer)}
    return facts.model_copy(update={"run": run.model_copy(update=update)})
