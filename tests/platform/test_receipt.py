"""A receipt is recomputed: neither a forger nor a signer who lies gets a figure past the check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from platform_kit import (
    COLLAPSED,
    LEARNED,
    NOON,
    delivery,
    facts,
    outcome,
    prints,
    receipt,
    sealed,
)

from fde_env.errors import NotVouched
from fde_env.platform.receipt import Receipt, check_receipt, inner_findings, issue_receipt

GOOD = receipt()
TBDL = receipt(sealed(delivery(facts(COLLAPSED))))
HALTED = receipt(sealed(delivery(facts(COLLAPSED, halted=True))))


def fails(signed: Any, *trusted: str) -> list[str]:
    found = check_receipt(signed, prints(*(trusted or ("operator",))))
    return [item.words for item in found if not item.holds]


def test_an_honest_receipt_holds() -> None:
    assert fails(GOOD) == fails(TBDL) == fails(HALTED) == []


def test_it_says_what_the_run_is_worth() -> None:
    good, tbdl, halted = GOOD.body, TBDL.body, HALTED.body
    assert (good.learned, good.tbdl, good.payable_usd) == (True, False, good.total_usd)
    assert (tbdl.learned, tbdl.tbdl, tbdl.payable_usd) == (False, True, 0.0)
    assert (halted.learned, halted.tbdl, halted.payable_usd) == (False, False, 0.0)
    assert good.total_usd > 0


def test_it_names_the_artifact_the_run_and_the_ledger() -> None:
    whole = sealed()
    said = receipt(whole).body
    assert said.delivery == whole.digest
    assert said.artifact_digest == whole.body.run.artifact_digest
    assert (said.run_id, said.ledger_head) == (whole.body.run.run_id, whole.body.ledger[-1].hash)


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return {"completed": "halted", "halted": "completed"}.get(value, value[:-1] + "#")
    return None


@pytest.mark.parametrize("field", Receipt.model_fields)
def test_no_field_can_be_altered_without_the_key(field: str) -> None:
    was = getattr(GOOD.body, field)
    other = {
        "issued_at": NOON + timedelta(days=1),
        "acceptance": GOOD.body.acceptance.model_copy(update={"margin": 0.0}),
        "counts": outcome(COLLAPSED),
        "measured": TBDL.body.measured,
    }.get(field, _other(was))
    assert other != was
    body = GOOD.body.model_copy(update={field: other})
    assert any("does not fit" in words for words in fails(GOOD.model_copy(update={"body": body})))


def test_a_receipt_by_another_key_vouches_for_nothing() -> None:
    assert any("not trusted" in words for words in fails(receipt(by="agent")))
    assert fails(receipt(by="agent"), "agent") == []


# What a dishonest operator might sign, and which check catches it.
LIES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "a collapse passed off as learned": (
        TBDL.body,
        {"learned": True, "tbdl": False, "payable_usd": TBDL.body.total_usd},
        "E is False, but",
    ),
    "learning denied": (GOOD.body, {"learned": False, "payable_usd": 0.0}, "E is True, but"),
    "better counts than figures": (
        TBDL.body,
        {"counts": outcome(LEARNED)},
        "does not follow from the counts",
    ),
    "better figures than counts": (
        TBDL.body,
        {"measured": GOOD.body.measured},
        "does not follow from the counts",
    ),
    "a better accuracy": (
        GOOD.body,
        {"measured": GOOD.body.measured.model_copy(update={"accuracy": 0.99})},
        "does not follow from the counts: accuracy",
    ),
    "a tighter bound": (
        GOOD.body,
        {"measured": GOOD.body.measured.model_copy(update={"difference_low": 0.47})},
        "does not follow from the counts: difference_low",
    ),
    "a margin lowered afterwards": (
        TBDL.body,
        {"acceptance": TBDL.body.acceptance.model_copy(update={"alpha": 0.9999999, "margin": 0.0})},
        "owed: $0.00",
    ),
    "counts that do not add up": (
        GOOD.body,
        {"counts": outcome((330, 900, 560, 40))},
        "contradict each other",
    ),
    "a halted run said to be completed": (
        HALTED.body,
        {"status": "completed"},
        "TBDL is stated as False",
    ),
    "TBDL kept quiet": (TBDL.body, {"tbdl": False}, "TBDL is stated as False"),
    "TBDL made up": (GOOD.body, {"tbdl": True}, "TBDL is stated as True"),
    "a larger bill than hours times rate": (
        GOOD.body,
        {"total_usd": GOOD.body.total_usd + 1, "payable_usd": GOOD.body.total_usd + 1},
        "hours x rate",
    ),
    "more payable than it cost": (GOOD.body, {"payable_usd": 99.0}, "payable is $99.00"),
    "payable though nothing learned": (TBDL.body, {"payable_usd": 0.01}, "payable is $0.01"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_under_a_good_signature_is_found(name: str) -> None:
    honest, changes, said = LIES[name]
    found = inner_findings(honest.model_copy(update=changes))
    if name == "a margin lowered afterwards":
        # Lower bars do not make a collapse into learning: every check of it still holds.
        assert all(item.holds for item in found)
        assert any(said in item.words for item in found)
        return
    assert any(said in item.words for item in found if not item.holds), found


def test_an_altered_delivery_gets_no_receipt() -> None:
    whole = sealed(delivery(facts(COLLAPSED)))
    better = whole.model_copy(update={"body": delivery(facts(LEARNED))})
    with pytest.raises(NotVouched, match="not as it was kept"):
        issue_receipt(better, prints("operator"), NOON)


def test_a_record_that_claims_more_than_its_counts_gets_no_receipt() -> None:
    claims = sealed(delivery(facts(COLLAPSED, learned=True)))
    with pytest.raises(NotVouched, match="its counts say False"):
        issue_receipt(claims, prints("operator"), NOON)


def test_a_delivery_whose_ledger_does_not_hold_gets_no_receipt() -> None:
    whole = delivery()
    cheaper = whole.ledger[0].model_copy(update={"total_usd": 0.01})
    with pytest.raises(NotVouched, match="ledger does not hold: row 1 was changed"):
        issue_receipt(
            sealed(whole.model_copy(update={"ledger": (cheaper,)})), prints("operator"), NOON
        )


def test_what_the_engineer_claims_on_the_card_changes_nothing() -> None:
    whole = delivery(facts(COLLAPSED))
    boast = whole.card.model_copy(update={"learned": True, "billable": True})
    said = receipt(sealed(whole.model_copy(update={"card": boast}))).body
    assert (said.learned, said.tbdl, said.payable_usd) == (False, True, 0.0)
