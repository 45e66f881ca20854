"""Wrong submissions made from a right one: one field changed, everything else as it was.

A mutant that its rule lets pass is a hole in the rule. `mutants` changes every field of a
stage's submission; what a field's wrong values are depends on the delivery, so it takes the
scene. Equivalent spellings are not mutants: they are listed in `test_equivalent.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from delivery_kit import Scene, with_changes

from fde_env.compile import compile_handling
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import IntakeSubmission, Submission, TrainSubmission
from fde_env.contract.submissions.card import Disclosure
from fde_env.errors import CompileError
from fde_oracle.gold import reference_submission
from fde_oracle.rules.card import required_disclosures


@dataclass(frozen=True)
class Mutant:
    """A record that differs from a right one in `field`."""

    stage: Stage
    field: str
    record: StageRecord

    def __str__(self) -> str:
        value: Any = self.record.submission
        for part in self.field.split("."):
            value = getattr(value, part)
        return f"{self.stage}.{self.field} = {str(value)[:60]!r}"


def right_record(scene: Scene, stage: Stage) -> StageRecord:
    """The gold submission for `stage` under the facts of the scene, whatever was played."""
    record = scene.record(stage)
    gold = reference_submission(stage, scene.truth, record.facts)
    return _with_submission(scene, record, gold)


def right_records(scene: Scene) -> tuple[StageRecord, ...]:
    """The gold submissions of all ten stages."""
    return tuple(right_record(scene, record.stage) for record in scene.records)


def _with_submission(scene: Scene, record: StageRecord, new: Submission) -> StageRecord:
    """`record` with another submission and the facts that depend on it."""
    facts = record.facts
    if isinstance(new, IntakeSubmission):
        facts = facts.model_copy(update={"handling_digest": _digest(scene, new)})
    elif isinstance(new, TrainSubmission) and facts.run is not None and facts.run.answers:
        run = facts.run.model_copy(update={"answers": (*facts.run.answers[:-1], new)})
        if new.command == "halt":
            run = run.model_copy(
                update={"answers": (new,), "alarms_shown": facts.run.alarms_shown[:1]}
            )
        facts = facts.model_copy(update={"run": run})
    return StageRecord(stage=record.stage, submission=new, own=new, facts=facts)


def _digest(scene: Scene, intake: IntakeSubmission) -> str | None:
    assert scene.env._episode is not None
    try:
        return compile_handling(scene.env._episode.drop, intake).digest
    except CompileError:
        return None


def mutants(scene: Scene, stage: Stage) -> Iterator[Mutant]:
    """Every one-field mutant of the gold submission of `stage` in `scene`."""
    record = right_record(scene, stage)
    wrong = WRONG[stage](scene, record)
    for field, values in wrong.items():
        for value in values:
            new = with_changes(record.submission, {field: value})
            assert new != record.submission, f"{stage}.{field}: {value!r} changes nothing"
            yield Mutant(stage, field, _with_submission(scene, record, new))


def others(record: StageRecord, field: str) -> list[Any]:
    """The other choices of a field that is a Literal."""
    kind = type(record.submission).model_fields[field].annotation
    return [choice for choice in get_args(kind) if choice != getattr(record.submission, field)]


def _other_name(name: str) -> str:
    return name.replace("1.", "3.").replace("2.", "1.").replace("3.", "2.")


def _intake(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    right: Any = record.submission
    traps = scene.env.ticket.spec.traps
    swap_map, swap_labels = _other_name(right.label_map), _other_name(right.label_source)
    return {
        "decision": ["refuse"],
        "refusal_reason": others(record, "refusal_reason"),
        "task": others(record, "task"),
        "input_column": ["thread", "message_id", "nothing"],
        "target_column": ["desk", "saved", "message_id", "nothing"],
        "label_source": [
            *([swap_labels] if "noise" in traps else []),
            "messages.csv",
            "policy.json",
            "",
        ],
        "label_map": [*([swap_map] if "permute" in traps else []), "cluster.json", "nothing"],
        "join_key": ["case_id", "channel", "nothing"],
        "row_filter": [
            [{"column": "channel", "operator": "eq", "value": "app"}],
            [{"column": "received", "operator": "ge", "value": "2026-06-01"}],
            [{"column": "split", "operator": "eq", "value": "dev"}],
            [{"column": "nothing", "operator": "eq", "value": ""}],
        ],
        "metric": others(record, "metric"),
    }


def _plan(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    wanted = scene.truth.policy.acceptance
    return {
        "method": others(record, "method"),
        "loss_on": others(record, "loss_on"),
        "context": others(record, "context"),
        "prompt_format": others(record, "prompt_format"),
        "acceptance.split": ["dev", "train"],
        "acceptance.test": ["accuracy_difference", "loss_decrease"],
        "acceptance.alpha": [wanted.alpha + 0.001, 0.01, 0.1],
        "acceptance.margin": [0.0, wanted.margin - 0.001, 0.5],
        "alarm_policy": others(record, "alarm_policy"),
    }


def _config(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    region, longest = scene.truth.policy.region, record.facts.lengths.longest
    right: Any = record.submission
    return {
        "learning_rate": [region.learning_rate_low * 0.999, region.learning_rate_high * 1.001],
        "batch_size": [right.batch_size // 2, right.batch_size + 1, right.batch_size * 2],
        "accumulation": [right.accumulation + 1],
        "max_steps": [right.max_steps - 1, right.max_steps + 1],
        "lora_rank": [8, 17, 64],
        "lora_alpha": [right.lora_alpha + 1, right.lora_rank],
        "lora_targets": [[], list(right.lora_targets[:-1]), [*right.lora_targets, "lm_head"]],
        "max_length": [longest - 1, region.max_length_high + 1],
        "precision": others(record, "precision"),
        "seed": [right.seed + 1, 0],
    }


def _schedule(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    right: Any = record.submission
    return {
        "node_type": others(record, "node_type"),
        "gpu_count": [count for count in (1, 2, 3, 4, 8) if count != right.gpu_count],
        "hours": [right.hours * 0.94, right.hours * 1.06],
        "cost_usd": [right.cost_usd * 0.94, right.cost_usd * 1.06, 0.0],
    }


def _train(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    return {"command": others(record, "command")}


def _eval(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    right: Any = record.submission
    p_off = right.p_value + 0.0011 if right.p_value < 0.5 else right.p_value - 0.0011
    return {
        "split": ["dev", "train"],
        "test": others(record, "test"),
        "base_accuracy": [right.base_accuracy + 0.0011, right.base_accuracy - 0.0011],
        "accuracy": [right.accuracy + 0.0011, right.accuracy - 0.0011],
        "gains": [right.gains + 1, right.losses],
        "losses": [right.losses + 1, right.gains],
        "p_value": [p_off],
        "learned": [not right.learned],
        "recommendation": others(record, "recommendation"),
    }


def _register(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    right: Any = record.submission
    return {
        "name": list(record.facts.registered),
        "artifact_digest": [right.dataset_digest, "", right.artifact_digest.upper()],
        "dataset_digest": [right.config_digest, ""],
        "config_digest": [right.artifact_digest, ""],
        "base_revision": [right.run_id, "main"],
        "run_id": [right.name, right.run_id + "0"],
    }


def _deploy(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    # Holding back asks nobody, so the advice beside a hold is not graded (stages.md).
    learned = record.facts.run is not None and record.facts.run.learned
    return {
        "action": ["ship", "hold"] if learned else ["ship"],
        "recommendation": ["reject"] if learned else [],
        "rollback_target": ["", "main"],
    }


def _cost(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    right: Any = record.submission
    return {
        name: [getattr(right, name) * 0.994, getattr(right, name) * 1.006, 0.0]
        for name in ("gpu_hours", "rate_usd", "total_usd")
    }


def _card(scene: Scene, record: StageRecord) -> dict[str, list[Any]]:
    right: Any = record.submission
    run = record.facts.run
    assert run is not None
    required = sorted(required_disclosures(truth, record.facts, run))
    told = [[code for code in required if code != left_out] for left_out in required]
    told += [[*required, code] for code in get_args(Disclosure) if code not in required]
    lies = [f"{right.summary} {lie}" for lie in ("It is right on 99.9% of rows.", "Up by .987")]
    return {
        "learned": [not right.learned],
        "headline_metric": others(record, "headline_metric"),
        "headline_value": [right.headline_value + 0.0011, right.headline_value - 0.0011],
        "data_provenance.label_source": [_other_name(run.label_source), ""],
        "data_provenance.label_map": [_other_name(run.label_map), ""],
        "data_provenance.dataset_digest": [run.artifact_digest, ""],
        "disclosures": told,
        "billable": [not right.billable],
        "intended_use": ["For desks that want 99.9% of cases to be right."],
        "limitations": ["Measured on 123456 rows."],
        "summary": lies,
    }


WRONG = {
    "intake": _intake,
    "plan": _plan,
    "config": _config,
    "schedule": _schedule,
    "train": _train,
    "eval": _eval,
    "register": _register,
    "deploy": _deploy,
    "cost": _cost,
    "card": _card,
}
