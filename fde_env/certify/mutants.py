"""Mutants: a right submission with one field wrong, everything else and all facts as they were.

A mutant that its rule lets pass is a hole in the rule, or in the ticket's truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from fde_env.certify.scene import Scene, changed
from fde_env.certify.wrong import WRONG
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import SUBMISSION_OF, IntakeSubmission
from fde_oracle.grade import grade, judge


@dataclass(frozen=True)
class Mutant:
    """A record that differs from a right one in `field`."""

    stage: Stage
    field: str
    record: StageRecord

    def __str__(self) -> str:
        """Stage, field and wrong value."""
        value: Any = self.record.submission
        for part in self.field.split("."):
            value = getattr(value, part)
        return f"{self.stage}.{self.field} = {str(value)[:60]!r}"


@dataclass(frozen=True)
class Tally:
    """How the mutants of a delivery were graded.

    Attributes:
        survivors: mutants that their own stage let pass.
        crossed: mutants that moved the verdict of another stage, with its name.
        untouched: fields of which there is no mutant, and should be.
    """

    total: int
    survivors: tuple[str, ...]
    crossed: tuple[str, ...]
    untouched: tuple[str, ...]


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Names of all fields of a submission, those of inner models as `outer.inner`."""
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{prefix}{name}.")
        else:
            yield prefix + name


def mutants(scene: Scene, stage: Stage) -> Iterator[Mutant]:
    """Every one-field mutant of the gold submission of `stage`."""
    record = scene.right(stage)
    for field, values in WRONG[stage](scene, record).items():
        for value in values:
            try:
                new = changed(record.submission, {field: value})
            except ValidationError:  # beyond what the field takes, so nobody can submit it
                continue
            if new != record.submission:
                yield Mutant(stage, field, scene.with_submission(record, new))


def ungraded(scene: Scene, stage: Stage) -> set[str]:
    """Fields that no rule can fault in this delivery."""
    record = scene.right(stage)
    right, run = record.submission, record.facts.run
    if isinstance(right, IntakeSubmission) and right.decision == "refuse":
        return set(leaves(IntakeSubmission)) - {"decision", "refusal_reason"}
    if stage == "deploy" and run is not None and not run.learned:
        return {"recommendation"}
    if stage == "register" and not record.facts.registered:
        return {"name"}
    return set()


def tally(scene: Scene) -> Tally:
    """Grade every mutant beside the right records of all other stages."""
    right = [scene.right(stage) for stage in scene.stages]
    before = {item.stage: item.passed for item in grade(scene.truth, right)}
    total, survivors, crossed, untouched = 0, [], [], []
    for place, stage in enumerate(scene.stages):
        seen = ungraded(scene, stage)
        for mutant in mutants(scene, stage):
            total += 1
            seen.add(mutant.field)
            if judge(scene.truth, mutant.record).passed:
                survivors.append(str(mutant))
            beside = [*right[:place], mutant.record, *right[place + 1 :]]
            crossed += [
                f"{mutant} moves {item.stage}"
                for item in grade(scene.truth, beside)
                if item.stage != stage and item.passed != before[item.stage]
            ]
        missing = [name for name in leaves(SUBMISSION_OF[stage]) if name not in seen]
        untouched += [f"{stage}.{name}" for name in missing]
    return Tally(total, tuple(survivors), tuple(crossed), tuple(untouched))
