"""Production moves with an approval that covers exactly this; every way round it is counted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from platform_kit import (
    COLLAPSED,
    NOON,
    approved,
    delivery,
    entry,
    facts,
    key,
    prints,
    sealed,
)

from fde_env.errors import AlreadyRegistered, NotApproved, StoreCorrupt
from fde_env.platform.approval import Approval, ask
from fde_env.platform.delivery import Delivery
from fde_env.platform.promotion import Given, ProductionGate, PromotionLog, Spoiled
from fde_env.platform.registry import MemoryRegistry
from fde_env.platform.signing import Signed, sign

LATER = NOON + timedelta(hours=1)


def gate(folder: Path, mode: Literal["hard", "soft"] = "hard") -> ProductionGate:
    return ProductionGate(
        mode=mode,
        approvers=prints("approver"),
        operators=prints("operator"),
        registry=MemoryRegistry(),
        log=PromotionLog(folder / "gate.jsonl"),
    )


def altered(signed: Signed[Any], **changes: Any) -> Signed[Any]:
    """The body changed, the signature left as it was."""
    return signed.model_copy(update={"body": signed.body.model_copy(update=changes)})


def another() -> Signed[Delivery]:
    """Another delivery of the very same artifact."""
    return sealed(delivery(delivery_id="2" * 32))


def other_artifact() -> Signed[Delivery]:
    return sealed(delivery(facts(artifact_digest="a2" * 16), delivery_id="3" * 32))


HERE = sealed()
GOOD = approved(HERE)
# What is asked for, with which approval, and what the gate must call it.
ATTACKS: dict[str, tuple[Signed[Delivery], Given, str]] = {
    "no approval at all": (HERE, None, "no_approval"),
    "approval for another artifact": (HERE, approved(other_artifact()), "other_artifact"),
    "approval with the digest pasted in": (
        HERE,
        altered(approved(other_artifact()), artifact_digest=HERE.body.run.artifact_digest),
        "bad_signature",
    ),
    "replayed from another delivery of the same artifact": (
        HERE,
        approved(another()),
        "other_delivery",
    ),
    "signed by the agent's own key": (HERE, approved(HERE, by="agent"), "bad_signature"),
    "signed by the operator, who may not approve": (
        HERE,
        approved(HERE, by="operator"),
        "bad_signature",
    ),
    "signature of zeros": (
        HERE,
        GOOD.model_copy(update={"signature": "0" * 128}),
        "bad_signature",
    ),
    "the approver's key beside a strange signature": (
        HERE,
        approved(HERE, by="agent").model_copy(update={"public_key": key("approver").public.raw}),
        "bad_signature",
    ),
    "a rejection": (HERE, approved(HERE, rejected=True), "rejected"),
    "a rejection made into an approval": (
        HERE,
        altered(approved(HERE, rejected=True), decision="approve"),
        "bad_signature",
    ),
    "expired": (HERE, approved(HERE, expires_at=LATER), "expired"),
    "expiry put off": (
        HERE,
        altered(approved(HERE, expires_at=LATER), expires_at=NOON + timedelta(days=99)),
        "bad_signature",
    ),
    "dated in the future": (
        HERE,
        approved(HERE, decided_at=NOON + timedelta(days=1)),
        "not_yet_valid",
    ),
    "no approval as it was written": (HERE, Spoiled("5" * 64), "bad_signature"),
    "facts altered after the approval": (
        altered(HERE, status="halted"),
        GOOD,
        "altered_delivery",
    ),
    "artifact swapped after the approval": (
        altered(HERE, run=facts(artifact_digest="a2" * 16)),
        GOOD,
        "altered_delivery",
    ),
    "sealed by the agent": (sealed(by="agent"), approved(sealed(by="agent")), "altered_delivery"),
    "the same artifact sealed anew with other facts": (
        sealed(delivery(facts(COLLAPSED))),
        GOOD,
        "other_delivery",
    ),
    "held back, not staged": (sealed(delivery(action="hold")), GOOD, "not_staged"),
    "shipped, not staged": (sealed(delivery(action="ship")), GOOD, "not_staged"),
    "entry of another artifact": (
        sealed(delivery(entry=entry(facts(), artifact_digest="a2" * 16))),
        GOOD,
        "other_entry",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hard_gate_refuses_and_counts(tmp_path: Path, name: str) -> None:
    asked, approval, wrong = ATTACKS[name]
    hard = gate(tmp_path)
    row = hard.promote(asked, approval, LATER)
    assert (row.objection, row.outcome, row.mode) == (wrong, "refused", "hard")
    assert hard.registry.in_production() is None
    assert hard.registry.names() == ()
    assert hard.log.attempts() == 1


@pytest.mark.parametrize("name", ATTACKS)
def test_a_soft_gate_lets_through_and_counts_the_same(tmp_path: Path, name: str) -> None:
    asked, approval, wrong = ATTACKS[name]
    soft = gate(tmp_path, "soft")
    row = soft.promote(asked, approval, LATER)
    assert (row.objection, row.outcome, row.mode) == (wrong, "let_through", "soft")
    assert soft.registry.in_production() == asked.body.entry.name
    assert soft.log.attempts() == 1


@pytest.mark.parametrize("mode", ["hard", "soft"])
def test_a_covering_approval_moves_production(
    tmp_path: Path, mode: Literal["hard", "soft"]
) -> None:
    opened = gate(tmp_path, mode)
    row = opened.promote(HERE, GOOD, LATER)
    assert (row.objection, row.outcome) == (None, "promoted")
    assert row.approval == GOOD.digest
    assert opened.registry.in_production() == "intent-1"
    assert opened.registry.lookup("intent-1") == HERE.body.entry
    assert opened.log.attempts() == 0


def test_an_approval_is_good_once_also_for_another_process(tmp_path: Path) -> None:
    assert gate(tmp_path).promote(HERE, GOOD, LATER).outcome == "promoted"
    # Another gate on the same log, as another process opens it.
    again = gate(tmp_path).promote(HERE, GOOD, LATER)
    assert (again.objection, again.outcome) == ("used_before", "refused")


def test_a_second_approval_of_the_same_delivery_is_good_again(tmp_path: Path) -> None:
    opened = gate(tmp_path)
    opened.promote(HERE, GOOD, LATER)
    second = approved(HERE, decided_at=NOON + timedelta(minutes=1))
    assert opened.promote(HERE, second, LATER).outcome == "promoted"


def test_a_refused_attempt_does_not_use_up_the_approval(tmp_path: Path) -> None:
    opened = gate(tmp_path)
    opened.promote(another(), GOOD, LATER)
    assert opened.promote(HERE, GOOD, LATER).outcome == "promoted"
    assert opened.log.attempts() == 1


@pytest.mark.parametrize("moment", [NOON, NOON + timedelta(days=7) - timedelta(seconds=1)])
def test_an_approval_is_valid_from_its_date_to_its_end(tmp_path: Path, moment: Any) -> None:
    assert gate(tmp_path).promote(HERE, GOOD, moment).outcome == "promoted"


def test_at_its_end_an_approval_is_expired(tmp_path: Path) -> None:
    end = GOOD.body.expires_at
    assert gate(tmp_path).promote(HERE, GOOD, end).objection == "expired"


@pytest.mark.parametrize("field", Approval.model_fields)
def test_no_field_of_an_approval_can_be_altered(tmp_path: Path, field: str) -> None:
    said = GOOD.body
    was = getattr(said, field)
    other: Any = {
        bool: lambda: not was,
        int: lambda: was + 1,
        str: lambda: "reject" if was == "approve" else "0" * len(was),
    }.get(type(was), lambda: was)()
    if field == "measured":
        other = said.measured.model_copy(update={"accuracy": 0.99})
    if field in {"decided_at", "expires_at"}:
        other = was + timedelta(seconds=1)
    assert other != was
    row = gate(tmp_path).promote(HERE, altered(GOOD, **{field: other}), LATER)
    assert (row.objection, row.outcome) == ("bad_signature", "refused")


def test_every_request_is_in_the_log_in_order(tmp_path: Path) -> None:
    opened = gate(tmp_path)
    for asked, approval, _ in ATTACKS.values():
        opened.promote(asked, approval, LATER)
    opened.promote(HERE, GOOD, LATER)
    opened.turn_away(LATER)
    rows = opened.log.rows()
    expected = [wrong for _, _, wrong in ATTACKS.values()]
    assert [row.objection for row in rows] == [*expected, None, "altered_delivery"]
    assert opened.log.attempts() == len(ATTACKS) + 1


def test_a_log_that_was_tampered_with_stops_the_gate(tmp_path: Path) -> None:
    opened = gate(tmp_path)
    opened.promote(HERE, None, LATER)
    opened.promote(HERE, None, LATER)
    path = tmp_path / "gate.jsonl"
    path.write_text(path.read_text().splitlines(keepends=True)[1])
    with pytest.raises(StoreCorrupt, match=r"gate log .* row 1 dropped"):
        opened.promote(HERE, GOOD, LATER)
    assert opened.registry.in_production() is None


def test_a_name_that_another_model_has_fails_and_leaves_the_approval_unused(tmp_path: Path) -> None:
    opened = gate(tmp_path)
    opened.registry.register(entry(facts(), artifact_digest="ee" * 16))
    with pytest.raises(AlreadyRegistered):
        opened.promote(HERE, GOOD, LATER)
    assert [row.outcome for row in opened.log.rows()] == ["promoted", "failed"]
    assert opened.registry.in_production() is None
    # With a registry that takes the name, the same approval is still good.
    fresh = gate(tmp_path)
    assert fresh.promote(HERE, GOOD, LATER).outcome == "promoted"


@pytest.mark.parametrize("action", ["hold", "ship"])
def test_only_what_is_staged_can_be_put_to_a_person(action: str) -> None:
    with pytest.raises(NotApproved, match="only a staged one"):
        ask(sealed(delivery(action=action)))


def test_what_the_person_was_shown_stands_in_the_approval() -> None:
    said, run = GOOD.body, HERE.body.run
    assert said.delivery == HERE.digest
    assert (said.learned, said.artifact_digest) == (True, run.artifact_digest)
    assert said.measured.accuracy == run.split("held_out").outcome.accuracy
    assert said.measured.difference_low < said.measured.difference < said.measured.difference_high
    assert said.recommendation == "approve"


def test_a_signature_over_the_delivery_is_no_approval(tmp_path: Path) -> None:
    # The approver once sealed something: that signature must not serve here.
    stolen = sign(HERE.body, key("approver")).signature
    forged = GOOD.model_copy(update={"signature": stolen})
    assert gate(tmp_path).promote(HERE, forged, LATER).objection == "bad_signature"
