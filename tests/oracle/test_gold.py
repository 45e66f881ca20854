"""The gold answer passes its own rule at every stage of every delivery, without a model."""

from __future__ import annotations

import random

import pytest
from delivery_kit import FINISHED, Scene, make, play, scene
from mutants import right_records

from fde_env.contract.facts import Facts
from fde_env.contract.stage import STAGES
from fde_env.intervene import ReferencePolicy
from fde_oracle.gold import reference_submission
from fde_oracle.grade import grade, judge
from fde_oracle.rules.card import required_disclosures


def why_not(scene_: Scene, records: object) -> list[str]:
    found = grade(scene_.truth, records)  # type: ignore[arg-type]
    return [f"{item.stage}: {item.reason}" for item in found if not item.passed]


@pytest.mark.parametrize("name", FINISHED)
def test_gold_passes_whatever_was_played(name: str) -> None:
    # A wrong ship is a fact of the delivery; no later answer undoes that, and gold names it.
    played = scene(name)
    assert [record.stage for record in played.records] == list(STAGES)
    assert why_not(played, right_records(played)) == []


def test_the_deliveries_cover_what_can_happen() -> None:
    runs = [scene(name).facts.run for name in FINISHED]
    assert {run.learned for run in runs if run} == {True, False}
    assert {run.halted for run in runs if run} == {True, False}
    assert any(len(run.alarms_shown) > 1 for run in runs if run)
    assert {scene(name).facts.gate.ship_attempts for name in FINISHED} == {0, 1}
    assert len({scene(name).env.ticket.spec.traps for name in FINISHED}) == 5


def test_gold_tells_of_dropped_rows() -> None:
    played = scene("none, learned")
    assert played.facts.run is not None
    run = played.facts.run.model_copy(update={"rows_kept": played.facts.run.rows_kept - 3})
    facts = played.facts.model_copy(update={"run": run})
    record = played.records[-1].model_copy(update={"facts": facts})
    assert "rows_dropped" in required_disclosures(played.truth, facts, run)
    assert not judge(played.truth, record).passed, "the card that does not tell of it"
    card = reference_submission("card", played.truth, facts)
    assert judge(played.truth, record.model_copy(update={"submission": card})).passed


@pytest.mark.parametrize("name", FINISHED)
def test_verdicts_do_not_depend_on_order_or_company(name: str) -> None:
    played = scene(name)
    alone = {record.stage: judge(played.truth, record) for record in played.records}
    shuffled = list(played.records)
    random.Random(name).shuffle(shuffled)
    for records in (played.records, shuffled, shuffled[:4]):
        assert grade(played.truth, records) == tuple(alone[record.stage] for record in records)


@pytest.mark.parametrize("stage", STAGES[5:])
def test_gold_of_a_later_stage_needs_a_run(stage: str) -> None:
    played = scene("none, learned")
    before: Facts = played.record("intake").facts
    with pytest.raises(ValueError, match="needs a recorded run"):
        reference_submission(stage, played.truth, before)  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", ["budget", "deadline"])
@pytest.mark.parametrize("seed", range(4))
def test_gold_refuses_what_cannot_be_delivered(reason: str, seed: int) -> None:
    trace = play(make(infeasible=reason, seed=seed), "reference")
    assert trace.infos[-1]["ending"] == "refused"
    assert trace.total == 1.0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("node", ["any", "H200", "A100", "L40S", "A40"])
def test_gold_passes_on_other_surfaces_and_nodes(seed: int, node: str) -> None:
    env = make(seed=seed, node=node, trap=("mask", "permute"))
    trace = play(env, lambda env, seen: ReferencePolicy(env).act(seen))
    assert trace.total == 1.0, trace.infos[-1]["result"]
