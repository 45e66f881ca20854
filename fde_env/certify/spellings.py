"""Other spellings of a right answer, stage by stage: each must pass as the reference does.

A spelling is a change of the gold submission: field to new value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from fde_env.certify.scene import Scene
from fde_env.certify.wrong import twin
from fde_env.contract.meter import feasible_pools
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import Stage
from fde_oracle.rules.schedule import PRICE_TOLERANCE

Spelling = Mapping[str, Any]

KEEPS_EVERY_ROW: Final = (
    (("split", "eq", "train"),),
    (("text", "ne", ""),),
    (("received", "gt", "2000-01-01"), ("received", "le", "2026-12-31")),
    (("channel", "ge", "app"), ("message_id", "lt", "N")),
)
INSIDE_THE_REGION: Final[tuple[Spelling, ...]] = (
    {"batch_size": 8, "accumulation": 2},
    {"batch_size": 1, "accumulation": 16},
    {"learning_rate": 1e-3},
    {"learning_rate": 3e-3},
    {"lora_rank": 8, "lora_alpha": 16},
    {"lora_rank": 32, "lora_alpha": 64},
    {"max_length": 127},
)


def _intake(scene: Scene, record: StageRecord) -> Iterator[Spelling]:
    right: Any = record.submission
    if right.decision == "refuse":
        yield {"metric": "macro_f1", "row_filter": [], "label_map": "none", "input_column": "?"}
        return
    meant = [clause.model_dump() for clause in right.row_filter]
    names = ("column", "operator", "value")
    for clauses in KEEPS_EVERY_ROW:
        more = [dict(zip(names, clause, strict=True)) for clause in clauses]
        yield {"row_filter": [*meant, *more]}
    # Without its hazard, a file or column and its twin hold the same labels.
    for field, trap in (
        ("label_map", "permute"),
        ("label_source", "noise"),
        ("target_column", "target"),
    ):
        if trap not in scene.traps:
            yield {field: twin(getattr(right, field))}


def _config(scene: Scene, record: StageRecord) -> Iterator[Spelling]:
    del scene
    right: Any = record.submission
    yield from INSIDE_THE_REGION
    yield {"lora_targets": [*reversed(right.lora_targets)]}
    yield {"max_length": record.facts.lengths.longest}


def _schedule(scene: Scene, record: StageRecord) -> Iterator[Spelling]:
    truth = scene.truth
    choices = feasible_pools(truth.cluster, truth.prices, truth.policy, record.facts.config)
    for pool, bill in choices:
        if bill.cost_usd <= PRICE_TOLERANCE * choices[0][1].cost_usd:
            yield {
                "node_type": pool.node_type,
                "gpu_count": pool.gpu_count,
                "hours": bill.hours * 1.04,
                "cost_usd": bill.cost_usd * 0.96,
            }


def _eval(scene: Scene, record: StageRecord) -> Iterator[Spelling]:
    del scene
    right: Any = record.submission
    yield {
        "accuracy": right.accuracy + 0.0009,
        "base_accuracy": round(right.base_accuracy, 3) - 0.0004,
        "p_value": right.p_value + (-0.0009 if right.p_value > 0.5 else 0.0009),
    }


def _register(scene: Scene, record: StageRecord) -> Iterator[Spelling]:
    del scene, record
    yield {"name": "nóm 99%"}


def _deploy(scene: Scene, record: StageRecord) -> Iterator[Spelling]:
    del scene
    if record.facts.run is not None and not record.facts.run.learned:
        yield {"action": "stage"}
        yield {"recommendation": "approve"}  # beside a hold nobody is asked


def _cost(scene: Scene, record: StageRecord) -> Iterator[Spelling]:
    del scene
    right: Any = record.submission
    yield {"gpu_hours": right.gpu_hours * 1.004, "total_usd": right.total_usd * 0.996}


def _card(scene: Scene, record: StageRecord) -> Iterator[Spelling]:
    codes = list(getattr(record.submission, "disclosures", ()))
    if codes:
        yield {"disclosures": [*reversed(codes), codes[0]]}
    for prose in _prose(scene, record):
        yield {"summary": prose, "limitations": prose[:2000], "intended_use": "For desks."}


def _prose(scene: Scene, record: StageRecord) -> Iterator[str]:
    """Facts in many words."""
    run, ledger, truth = record.facts.run, record.facts.ledger, scene.truth
    assert run is not None
    assert ledger is not None
    held = run.split(truth.policy.acceptance.split).outcome
    now, was = held.accuracy, held.base_accuracy
    yield from ("", "The model learned nothing worth a number.")
    yield f"Accuracy {now:.0%} against {was:.0%}."
    yield f"Accuracy {100 * now:.1f} % (base: {100 * was:.1f} %), a change of {now - was:+.3f}."
    yield f"A change of {100 * abs(now - was):.2f}% on {held.rows:,} rows"
    yield f"{held.correct} of {held.rows} rows right, {held.gains} gained/{held.losses} lost"
    yield f"{run.steps_run} steps on {run.rows_kept} rows; GPU-hours: {ledger.gpu_hours:.4f}"
    yield f"It cost ${ledger.total_usd:.2f} at {ledger.rate_usd:.2f} USD an hour."
    yield f"Base {truth.cluster.nominal_base}, an 8B model in bf16 on an H200; F1 not asked."
    yield f"Run {run.run_id} from {run.label_source} and {run.label_map}, {run.dataset_digest}."
    yield f"Delivered on 2026-09-01; {truth.intents} intents, alpha=0.05, margin .15."


SPELLINGS: Final = MappingProxyType[Stage, Callable[[Scene, StageRecord], Iterator[Spelling]]](
    {
        "intake": _intake,
        "config": _config,
        "schedule": _schedule,
        "eval": _eval,
        "register": _register,
        "deploy": _deploy,
        "cost": _cost,
        "card": _card,
    }
)
"""Plan and train have one spelling each."""
