"""Deliveries, keys and approvals for tests of the operator's side: small, and like real ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from fde_env.contract.evidence import SplitOutcome
from fde_env.contract.facts import RunFacts
from fde_env.contract.meter import bill
from fde_env.contract.policy import Pool, PriceList
from fde_env.contract.submissions.card import CardSubmission, DataProvenance
from fde_env.contract.submissions.deploy import DeploySubmission
from fde_env.contract.submissions.plan import Acceptance
from fde_env.contract.submissions.register import RegisterSubmission
from fde_env.platform.approval import Approval, ask, decide
from fde_env.platform.delivery import Delivery
from fde_env.platform.gate import Gate
from fde_env.platform.keys import SigningKey
from fde_env.platform.ledger import Ledger, metered
from fde_env.platform.receipt import Receipt, issue_receipt
from fde_env.platform.signing import Signed, sign
from fde_env.runs.facts import split_facts

POOL = Pool(
    node_type="H200", gpu_count=2, region="eu-west", memory_gib=131.0, tokens_per_second=8_000.0
)
PRICES = PriceList(
    usd_per_gpu_hour=(("H200", 3.0), ("A40", 0.5)), billed_tokens_per_row=128, assumed=("A40",)
)
RULE = Acceptance(split="held_out", test="mcnemar_exact_one_sided", alpha=0.05, margin=0.15)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
# (base right, tuned right, gains, losses) of 1,100 rows.
LEARNED = (330, 850, 560, 40)
COLLAPSED = (330, 40, 10, 300)


@cache
def key(name: str) -> SigningKey:
    """The key of that name, made once a session."""
    return SigningKey.new(name)


def prints(*names: str) -> frozenset[str]:
    """Fingerprints of the keys of those names."""
    return frozenset(key(name).public.fingerprint for name in names)


def outcome(counts: tuple[int, int, int, int], split: str = "held_out") -> SplitOutcome:
    base, tuned, gains, losses = counts
    return SplitOutcome.model_validate(
        {
            "split": split,
            "rows": 1100,
            "base_correct": base,
            "correct": tuned,
            "gains": gains,
            "losses": losses,
        }
    )


def facts(counts: tuple[int, int, int, int] = LEARNED, **changes: Any) -> RunFacts:
    run = RunFacts(
        run_id="run-0123456789ab",
        train_pass=True,
        learned=counts == LEARNED,
        halted=False,
        steps_run=300,
        alarms_shown=(),
        answers=(),
        rows_given=4800,
        rows_kept=4800,
        label_source="labels_1.csv",
        label_map="label_map_2.json",
        artifact_digest="a1" * 16,
        dataset_digest="d1" * 16,
        config_digest="c1" * 16,
        base_revision="b1" * 16,
        splits=(split_facts(outcome(counts)), split_facts(outcome(counts, "dev"))),
    )
    return run.model_copy(update=changes)


def entry(run: RunFacts, name: str = "intent-1", **changes: str) -> RegisterSubmission:
    made = RegisterSubmission(
        name=name,
        artifact_digest=run.artifact_digest,
        dataset_digest=run.dataset_digest,
        config_digest=run.config_digest,
        base_revision=run.base_revision,
        run_id=run.run_id,
    )
    return made.model_copy(update=changes)


def card(run: RunFacts, **changes: Any) -> CardSubmission:
    told = ("stand_in_base",) if run.learned else ("not_learned", "stand_in_base")
    made = CardSubmission(
        learned=run.learned,
        headline_metric="accuracy",
        headline_value=run.split("held_out").outcome.accuracy,
        data_provenance=DataProvenance(
            label_source=run.label_source,
            label_map=run.label_map,
            dataset_digest=run.dataset_digest,
        ),
        disclosures=told,
        billable=run.learned,
        intended_use="Sorting mails.",
        limitations="One customer's mails.",
        summary="It was trained and measured.",
    )
    return made.model_copy(update=changes)


def delivery(run: RunFacts | None = None, action: str = "stage", **changes: Any) -> Delivery:
    """A delivery of `run`; `changes` replace fields of the whole."""
    made = run or facts()
    gate, ledger = Gate("hard"), Ledger()
    ledger.append(made.run_id, POOL, bill(made.steps_run, 16, POOL, PRICES))
    advice = "approve" if made.learned else "reject"
    asked = {"action": action, "recommendation": advice, "rollback_target": made.base_revision}
    gate.request(DeploySubmission.model_validate(asked))
    whole = Delivery(
        delivery_id="0" * 31 + "1",
        kept_at=NOON,
        agent="reference",
        ticket="T-1234567890",
        company="Grove Bank",
        nominal_base="Qwen/Qwen3-8B",
        stand_in=True,
        acceptance=RULE,
        status="halted" if made.halted else "completed",
        run=made,
        entry=entry(made),
        gate_mode=gate.mode,
        gate_log=gate.log,
        ledger=metered(ledger.rows),
        card=card(made),
    )
    return whole.model_copy(update=changes)


def sealed(whole: Delivery | None = None, by: str = "operator") -> Signed[Delivery]:
    return sign(whole or delivery(), key(by))


def approved(
    signed: Signed[Delivery], by: str = "approver", *, rejected: bool = False, **changes: Any
) -> Signed[Approval]:
    """The approver's word on `signed`; `changes` are made before it is signed."""
    said = decide(ask(signed), "reject" if rejected else "approve", NOON, WEEK)
    return sign(said.model_copy(update=changes), key(by))


def receipt(
    signed: Signed[Delivery] | None = None, by: str = "operator", **changes: Any
) -> Signed[Receipt]:
    """The operator's receipt; with `changes`, what a dishonest operator would sign."""
    said = issue_receipt(signed or sealed(), prints("operator"), NOON)
    return sign(said.model_copy(update=changes), key(by))
