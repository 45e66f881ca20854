"""The acceptance receipt: the operator's signed word on what a run is worth.

Issuing one is the acceptance gate: E is recomputed from the paired counts and the rule that was
fixed before the run, whatever the engineer, the card or the dashboard say. A customer checks a
receipt offline: the signature, that the figures follow from the counts, and what is owed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from pydantic import AwareDatetime, Field

from fde_env.contract.evidence import RunStatus, SplitOutcome
from fde_env.contract.submissions.plan import Acceptance
from fde_env.errors import NotVouched, UsageError
from fde_env.platform.chain import find_fault
from fde_env.platform.delivery import Delivery, standing
from fde_env.platform.measured import Measured, disagreements, measure
from fde_env.platform.signing import Signed, Statement, objection

CENT: Final = 0.005


class Receipt(Statement):
    """What the operator vouches for; everything that is needed to recompute it is in it."""

    KIND: ClassVar[str] = "receipt/1"

    issued_at: AwareDatetime
    delivery: str = Field(description="Digest of the signed delivery.")
    delivery_id: str
    ticket: str
    company: str
    nominal_base: str
    stand_in: bool
    run_id: str
    artifact_digest: str
    dataset_digest: str
    config_digest: str
    base_revision: str
    status: RunStatus
    steps_run: int
    train_pass: bool = Field(description="T: started, survived, finite, bounded.")
    learned: bool = Field(description="E: the run was completed and meets the rule.")
    tbdl: bool = Field(description="T and not E, and nobody halted it.")
    acceptance: Acceptance
    counts: SplitOutcome
    measured: Measured
    gpu_hours: float
    rate_usd: float
    total_usd: float = Field(description="What the run cost, by the ledger.")
    ledger_head: str = Field(description="Hash of the last row of the delivery's ledger.")
    payable_usd: float = Field(description="What the customer owes: the cost if E, else nothing.")


def issue_receipt(signed: Signed[Delivery], operators: Collection[str], now: datetime) -> Receipt:
    """Judge a kept delivery and say what it is worth; signing it is the caller's part.

    Raises:
        NotVouched: the delivery was altered, or its facts do not follow from its counts.
    """
    wrong = objection(signed, operators)
    if wrong is not None:
        raise NotVouched(f"the delivery is not as it was kept: {wrong}")
    delivery = signed.body
    run, bill = delivery.run, delivery.bill
    fault = find_fault(delivery.ledger)
    if fault is not None:
        raise NotVouched(f"the delivery's ledger does not hold: {fault.words}")
    counts = run.split(delivery.acceptance.split).outcome
    measured = measure(counts, delivery.acceptance)
    learned = delivery.status == "completed" and measured.meets_rule
    if run.learned != learned:
        raise NotVouched(f"the record says learned is {run.learned}, its counts say {learned}")
    return Receipt(
        issued_at=now,
        delivery=signed.digest,
        **{name: getattr(delivery, name) for name in _FROM_DELIVERY},
        **{name: getattr(run, name) for name in _FROM_RUN},
        learned=learned,
        tbdl=run.train_pass and not learned and delivery.status != "halted",
        counts=counts,
        measured=measured,
        gpu_hours=bill.gpu_hours,
        rate_usd=bill.rate_usd,
        total_usd=bill.total_usd,
        ledger_head=delivery.ledger[-1].hash,
        payable_usd=bill.total_usd if learned else 0.0,
    )


_FROM_DELIVERY: Final = (
    *("delivery_id", "ticket", "company", "nominal_base", "stand_in", "status", "acceptance"),
)
_FROM_RUN: Final = (
    *("run_id", "artifact_digest", "dataset_digest", "config_digest", "base_revision"),
    *("steps_run", "train_pass"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked, and whether it holds."""

    holds: bool
    words: str


def check_receipt(signed: Signed[Receipt], operators: Collection[str]) -> tuple[Finding, ...]:
    """Everything that can be checked of a receipt without asking anybody.

    Args:
        signed: the receipt.
        operators: fingerprints of the keys that may vouch.
    """
    wrong = objection(signed, operators)
    found = [Finding(wrong is None, wrong or f"signed by the operator's key {signed.signer[:16]}")]
    return (*found, *inner_findings(signed.body))


def inner_findings(receipt: Receipt) -> tuple[Finding, ...]:
    """Whether the figures follow from the counts: holds for an honest signer alone."""
    checks: tuple[Callable[[Receipt], Finding], ...] = (
        _check_figures,
        _check_learned,
        _check_tbdl,
        _check_cost,
        _check_payable,
    )
    return tuple(check(receipt) for check in checks)


def _counted(receipt: Receipt) -> Measured | str:
    try:
        return measure(receipt.counts, receipt.acceptance)
    except UsageError as error:
        return str(error)


def _check_figures(receipt: Receipt) -> Finding:
    counted = _counted(receipt)
    if isinstance(counted, str):
        return Finding(False, counted)
    wrong = disagreements(receipt.measured, counted)
    if wrong:
        return Finding(False, f"does not follow from the counts: {', '.join(wrong)}")
    return Finding(True, "accuracies, bounds and p-value follow from the counts")


def _check_learned(receipt: Receipt) -> Finding:
    counted = _counted(receipt)
    meets = not isinstance(counted, str) and counted.meets_rule
    learned = receipt.status == "completed" and meets
    words = f"recomputed from the counts, by alpha {receipt.acceptance.alpha:g} and margin "
    words += f"{receipt.acceptance.margin:g}: E is {learned}"
    if learned != receipt.learned:
        return Finding(False, f"{words}, but the receipt says {receipt.learned}")
    return Finding(True, words)


def _check_tbdl(receipt: Receipt) -> Finding:
    halted = receipt.status == "halted"
    expected = receipt.train_pass and not receipt.learned and not halted
    word = standing(train_pass=receipt.train_pass, learned=receipt.learned, halted=halted)
    if receipt.tbdl != expected:
        return Finding(False, f"TBDL is stated as {receipt.tbdl}, but the run {word}")
    return Finding(True, f"the run {'was ' * halted}{word}")


def _check_cost(receipt: Receipt) -> Finding:
    product = receipt.gpu_hours * receipt.rate_usd
    if abs(product - receipt.total_usd) > CENT or receipt.total_usd < 0:
        return Finding(False, f"hours x rate is ${product:.2f}, the total ${receipt.total_usd:.2f}")
    return Finding(True, f"{receipt.gpu_hours:.3f} GPU-hours cost ${receipt.total_usd:.2f}")


def _check_payable(receipt: Receipt) -> Finding:
    owed = receipt.total_usd if receipt.learned else 0.0
    if receipt.payable_usd != owed:
        return Finding(False, f"payable is ${receipt.payable_usd:.2f}, owed ${owed:.2f}")
    return Finding(True, f"owed: ${owed:.2f}" + ("" if receipt.learned else ", as nothing learned"))
