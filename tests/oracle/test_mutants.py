"""Every field of every submission is graded: a wrong value flips its stage and no other."""

from __future__ import annotations

import pytest
from delivery_kit import FINISHED, scene
from mutants import mutants, right_records

from fde_env.certify.mutants import leaves, tally, ungraded
from fde_env.contract.stage import STAGES, Stage
from fde_env.contract.submissions import SUBMISSION_OF
from fde_oracle.grade import grade, judge


@pytest.mark.parametrize("stage", STAGES)
def test_no_field_is_left_out(stage: Stage) -> None:
    played = scene("permute, learned")
    assert ungraded(played.seen, stage) == set()
    changed = {item.field for item in mutants(played, stage)}
    assert changed == set(leaves(SUBMISSION_OF[stage]))


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


def test_the_tally_counts_what_the_mutants_show() -> None:
    played = scene("stacked, learned")
    found = tally(played.seen)
    assert found.total == sum(len(list(mutants(played, stage))) for stage in STAGES) > 100
    assert found.survivors == found.crossed == found.untouched == ()
