"""Nobody pays for a run that learned nothing, nor twice, nor more than was metered."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from platform_kit import COLLAPSED, NOON, RULE, delivery, facts, key, prints, receipt, sealed

from fde_env.bench.pack import PACK
from fde_env.contract.evidence import Evidence
from fde_env.errors import NotPayable, StoreCorrupt
from fde_env.platform.delivery import Delivery
from fde_env.platform.folder import meter
from fde_env.platform.ledger import Ledger, LedgerFile, PaymentRow
from fde_env.platform.payment import pay
from fde_env.platform.receipt import issue_receipt
from fde_env.platform.signing import sign
from fde_env.runs.facts import is_tbdl, run_learned, split_facts, train_pass

OPERATOR = prints("operator")


def metering(*wholes: Delivery) -> Ledger:
    return Ledger(row for whole in wholes for row in whole.ledger)


def test_a_run_that_learned_is_paid_for_what_was_metered() -> None:
    book = metering(delivery())
    signed = receipt()
    row = pay(signed, OPERATOR, book)
    assert row.amount_usd == book.total_usd
    assert (row.run_id, row.receipt) == ("run-0123456789ab", signed.digest)
    assert book.rows[-1] == row
    assert book.verify() is None


UNPAID: dict[str, tuple[Any, str]] = {
    "TBDL": (receipt(sealed(delivery(facts(COLLAPSED)))), "trained but did not learn"),
    "halted": (receipt(sealed(delivery(facts(COLLAPSED, halted=True)))), "was halted"),
    "not trained": (
        receipt(sealed(delivery(facts(COLLAPSED, train_pass=False)))),
        "did not train",
    ),
    "TBDL passed off as learned": (
        receipt(
            sealed(delivery(facts(COLLAPSED))),
            learned=True,
            tbdl=False,
            payable_usd=delivery().bill.total_usd,
        ),
        "does not hold: recomputed from the counts",
    ),
    "signed by the agent": (receipt(by="agent"), "not trusted"),
    "altered": (
        receipt().model_copy(update={"body": receipt().body.model_copy(update={"ticket": "T-0"})}),
        "altered",
    ),
    "dearer than metered": (
        receipt(gpu_hours=10.0, rate_usd=3.0, total_usd=30.0, payable_usd=30.0),
        "the receipt asks for \\$30.00",
    ),
    "of a run that was never metered": (receipt(run_id="run-ffffffffffff"), "never metered"),
}


@pytest.mark.parametrize("name", UNPAID)
def test_what_is_not_owed_is_not_charged(name: str) -> None:
    signed, said = UNPAID[name]
    book = metering(delivery())
    with pytest.raises(NotPayable, match=said):
        pay(signed, OPERATOR, book)
    assert len(book.rows) == 1


def test_a_run_is_paid_once_whatever_receipt_is_shown() -> None:
    book = metering(delivery())
    pay(receipt(), OPERATOR, book)
    with pytest.raises(NotPayable, match="paid already, in row 2"):
        pay(receipt(), OPERATOR, book)
    again = receipt(sealed(delivery(delivery_id="2" * 32)))
    with pytest.raises(NotPayable, match="paid already"):
        pay(again, OPERATOR, book)
    assert sum(isinstance(row, PaymentRow) for row in book.rows) == 1


def test_a_ledger_on_disk_is_charged_under_its_lock(tmp_path: Path) -> None:
    book = LedgerFile(tmp_path / "ledger.jsonl")
    for row in delivery().ledger:
        meter(book, row)
    pay(receipt(), OPERATOR, book)
    with pytest.raises(NotPayable, match="paid already"):
        pay(receipt(), OPERATOR, LedgerFile(book.path))
    assert [row.kind for row in book.rows()] == ["meter", "payment"]


def test_nothing_is_charged_to_a_ledger_that_does_not_hold(tmp_path: Path) -> None:
    book = LedgerFile(tmp_path / "ledger.jsonl")
    meter(book, delivery().ledger[0])
    book.path.write_text(book.path.read_text().replace('"gpu_count":2', '"gpu_count":3'))
    with pytest.raises(StoreCorrupt, match="row 1 was changed"):
        pay(receipt(), OPERATOR, book)


def judged(evidence: Evidence, number: int) -> Delivery:
    """The delivery that recorded evidence makes, as the platform would have kept it."""
    run = facts(
        run_id=f"run-{number:012x}",
        train_pass=train_pass(evidence),
        learned=run_learned(evidence, RULE),
        steps_run=len(evidence.steps),
        splits=tuple(map(split_facts, evidence.outcomes)),
    )
    return delivery(run, status=evidence.status)


def test_the_acceptance_gate_catches_every_recorded_run_that_learned_nothing() -> None:
    files = sorted(PACK.glob("run-*.json.gz"))
    runs = [Evidence.model_validate_json(gzip.decompress(file.read_bytes())) for file in files]
    tbdl = paid = 0
    for number, evidence in enumerate(runs):
        whole = judged(evidence, number)
        signed = sign(issue_receipt(sealed(whole), OPERATOR, NOON), key("operator"))
        book = metering(whole)
        if is_tbdl(evidence, RULE):
            tbdl += 1
            with pytest.raises(NotPayable, match="trained but did not learn"):
                pay(signed, OPERATOR, book)
            continue
        paid += pay(signed, OPERATOR, book).amount_usd > 0
    # Of the study's 48 runs, permute and noise collapse in 24.
    assert tbdl + paid == len(runs)
    assert min(tbdl, paid) >= 24
