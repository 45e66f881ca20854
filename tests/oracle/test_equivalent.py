"""Other spellings of a right answer pass as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from delivery_kit import Scene, scene, with_changes
from mutants import right_record

from fde_env.compile import compile_handling
from fde_env.contract.meter import feasible_pools
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import IntakeSubmission, ScheduleSubmission
from fde_oracle.grade import judge
from fde_oracle.rules.schedule import PRICE_TOLERANCE

LEARNED, UNLEARNED = "permute, learned", "permute, not learned"


def reason(played: Scene, stage: Stage, changes: dict[str, Any]) -> str:
    """Empty when the gold answer with `changes` passes, else why it does not."""
    record = right_record(played, stage)
    new = with_changes(record.submission, changes)
    assert new != record.submission
    facts = record.facts
    if isinstance(new, IntakeSubmission):
        assert played.env._episode is not None
        digest = compile_handling(played.env._episode.drop, new).digest
        facts = facts.model_copy(update={"handling_digest": digest})
    found = judge(played.truth, record.model_copy(update={"submission": new, "facts": facts}))
    return "" if found.passed else found.reason


def clause(column: str, operator: str, value: str) -> dict[str, str]:
    return {"column": column, "operator": operator, "value": value}


@pytest.mark.parametrize(
    "filters",
    [
        [clause("split", "eq", "train")],
        [clause("text", "ne", "")],
        [clause("received", "gt", "2000-01-01"), clause("received", "le", "2026-12-31")],
        [clause("channel", "ge", "app"), clause("message_id", "lt", "N")],
    ],
)
def test_filters_that_keep_every_training_row(filters: list[Any]) -> None:
    assert reason(scene(LEARNED), "intake", {"row_filter": filters}) == ""


def test_twin_files_that_say_the_same() -> None:
    # Without the hazards both maps and both annotation files hold the same labels.
    played = scene("none, learned")
    for name in ("label_map_1.json", "label_map_2.json"):
        for labels in ("labels_1.csv", "labels_2.csv"):
            changes = {"label_map": name, "label_source": labels}
            right: Any = right_record(played, "intake").submission
            if (right.label_map, right.label_source) != (name, labels):
                assert reason(played, "intake", changes) == "", changes


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 8, "accumulation": 2},
        {"batch_size": 1, "accumulation": 16},
        {"learning_rate": 1e-3},
        {"learning_rate": 3e-3},
        {"lora_rank": 8, "lora_alpha": 16},
        {"lora_rank": 32, "lora_alpha": 64},
        {"max_length": 127},
        {
            "lora_targets": [
                *("down_proj", "up_proj", "gate_proj", "o_proj", "v_proj", "k_proj", "q_proj")
            ]
        },
    ],
)
def test_configurations_inside_the_region(changes: dict[str, Any]) -> None:
    assert reason(scene(LEARNED), "config", changes) == ""


def test_a_row_limit_of_just_the_longest_row() -> None:
    played = scene(LEARNED)
    assert reason(played, "config", {"max_length": played.facts.lengths.longest}) == ""


def _nearly_cheapest(played: Scene) -> Iterator[ScheduleSubmission]:
    truth = played.truth
    choices = feasible_pools(truth.cluster, truth.prices, truth.policy, played.facts.config)
    for pool, bill in choices:
        if bill.cost_usd <= PRICE_TOLERANCE * choices[0][1].cost_usd:
            yield ScheduleSubmission(
                node_type=pool.node_type,
                gpu_count=pool.gpu_count,
                hours=bill.hours * 1.04,
                cost_usd=bill.cost_usd * 0.96,
            )


def test_schedules_within_tolerance() -> None:
    played = scene(LEARNED)
    record = right_record(played, "schedule")
    offers = list(_nearly_cheapest(played))
    assert offers
    for offer in offers:
        assert judge(played.truth, record.model_copy(update={"submission": offer})).passed, offer


@pytest.mark.parametrize("name", [LEARNED, UNLEARNED])
def test_figures_within_a_thousandth(name: str) -> None:
    played = scene(name)
    right: Any = right_record(played, "eval").submission
    down = -0.0009 if right.p_value > 0.5 else 0.0009
    changes = {
        "accuracy": right.accuracy + 0.0009,
        "base_accuracy": round(right.base_accuracy, 3) - 0.0004,
        "p_value": right.p_value + down,
    }
    assert reason(played, "eval", changes) == ""


def test_a_bill_within_half_a_percent() -> None:
    played = scene(LEARNED)
    right: Any = right_record(played, "cost").submission
    changes = {"gpu_hours": right.gpu_hours * 1.004, "total_usd": right.total_usd * 0.996}
    assert reason(played, "cost", changes) == ""


def test_a_run_that_did_not_learn_may_be_held_or_staged_for_rejection() -> None:
    played = scene(UNLEARNED)
    assert reason(played, "deploy", {"action": "stage"}) == ""
    assert reason(played, "deploy", {"recommendation": "approve"}) == "", "nobody is asked"
    both = {"action": "stage", "recommendation": "approve"}
    assert reason(played, "deploy", both) != ""


def test_any_free_name_will_do() -> None:
    assert reason(scene(LEARNED), "register", {"name": "nóm 99%"}) == ""


def test_disclosures_in_any_order_and_twice() -> None:
    played = scene("permute, halted")
    codes = list(right_record(played, "card").submission.disclosures)  # type: ignore[union-attr]
    assert len(codes) >= 3
    assert reason(played, "card", {"disclosures": [*reversed(codes), codes[0]]}) == ""


@pytest.mark.parametrize("name", [LEARNED, UNLEARNED, "permute, halted"])
def test_the_cards_prose_in_many_words(name: str) -> None:
    played = scene(name)
    run = played.facts.run
    ledger = played.facts.ledger
    assert run is not None
    assert ledger is not None
    held = run.split("held_out").outcome
    now, was = held.accuracy, held.base_accuracy
    for summary in (
        "",
        "The model learned nothing worth a number.",
        f"Accuracy {now:.0%} against {was:.0%}.",
        f"Accuracy {100 * now:.1f} % (base: {100 * was:.1f} %), a change of {now - was:+.3f}.",
        f"A change of {100 * abs(now - was):.2f}% on {held.rows:,} rows",
        f"{held.correct} of {held.rows} rows right, {held.gains} gained/{held.losses} lost",
        f"Trained {run.steps_run} steps on {run.rows_kept} rows; GPU-hours: {ledger.gpu_hours:.4f}",
        f"It cost ${ledger.total_usd:.2f} at {ledger.rate_usd:.2f} USD an hour.",
        f"Base {played.truth.cluster.nominal_base}, an 8B model in bf16 on an H200; F1 not asked.",
        f"Run {run.run_id} from {run.label_source} and {run.label_map}, {run.dataset_digest}.",
        f"Delivered on 2026-09-01; {played.truth.intents} intents, alpha=0.05, margin .15.",
    ):
        right: Any = right_record(played, "card").submission
        changes = {"summary": summary, "limitations": summary[:2000], "intended_use": "For desks."}
        assert with_changes(right, changes) != right
        assert reason(played, "card", changes) == "", summary
