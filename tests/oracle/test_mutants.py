"""Every field of every submission is graded: a wrong value flips its stage and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from delivery_kit import FINISHED, scene
from mutants import WRONG, mutants, right_records
from pydantic import BaseModel

from fde_env.contract.stage import STAGES, Stage
from fde_env.contract.submissions import SUBMISSION_OF
from fde_oracle.grade import grade, judge


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Names of all fields, those of inner models as `outer.inner`."""
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{prefix}{name}.")
        else:
            yield prefix + name


@pytest.mark.parametrize("stage", STAGES)
def test_no_field_is_left_out(stage: Stage) -> None:
    played = scene("permute, learned")
    changed = WRONG[stage](played, next(r for r in right_records(played) if r.stage == stage))
    with_values = {field for field, values in changed.items() if values}
    assert with_values == set(leaves(SUBMISSION_OF[stage]))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", FINISHED)
def test_no_mutant_survives(name: str, stage: Stage) -> None:
    played = scene(name)
    survivors = [
        str(item) for item in mutants(played, stage) if judge(played.truth, item.record).passed
    ]
    assert survivors == []


@pytest.mark.parametrize("name", ["stacked, learned", "permute, halted"])
def test_a_mutant_flips_its_own_stage_alone(name: str) -> None:
    played = scene(name)
    right = right_records(played)
    for stage in STAGES:
        for item in mutants(played, stage):
            records = [item.record if record.stage == stage else record for record in right]
            failed = [v.stage for v in grade(played.truth, records) if not v.passed]
            assert failed == [stage], item
