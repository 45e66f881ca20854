"""A kept delivery is sealed, complete, free of the oracle's truth, and metered in the book."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from delivery_kit import make, play
from platform_kit import COLLAPSED, card, delivery, facts

from fde_env.contract.truth import Truth
from fde_env.errors import NotVouched, StoreCorrupt, UsageError
from fde_env.platform.collect import Mark
from fde_env.platform.delivery import Delivery
from fde_env.platform.folder import Desk, Keeper, read_delivery
from fde_env.platform.ledger import Ledger, metered


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "operator")


def keep(desk: Desk, folder: Path, whole: Delivery | None = None) -> frozenset[str]:
    """Keep a delivery; returns the fingerprint that sealed it."""
    Keeper(folder, desk).keep(lambda _: whole or delivery(), "reference")
    return frozenset({desk.operator_key().public.fingerprint})


def test_what_is_kept_is_read_back_as_it_was(desk: Desk, tmp_path: Path) -> None:
    operators = keep(desk, tmp_path / "kept")
    assert read_delivery(tmp_path / "kept", operators).body == delivery()
    names = {path.name for path in (tmp_path / "kept").iterdir()}
    assert names == {"delivery.json", "card.md", "ledger.jsonl"}
    text = (tmp_path / "kept" / "ledger.jsonl").read_text()
    assert Ledger.loads(text).rows == delivery().ledger


def test_its_run_is_metered_in_the_operators_book(desk: Desk, tmp_path: Path) -> None:
    keep(desk, tmp_path / "one")
    keep(desk, tmp_path / "two", delivery(facts(run_id="run-ba9876543210")))
    rows = metered(desk.book.rows())
    assert [row.run_id for row in rows] == ["run-0123456789ab", "run-ba9876543210"]
    assert rows[0].total_usd == delivery().bill.total_usd


def test_a_card_that_the_record_contradicts_is_left_out_and_told(
    desk: Desk, tmp_path: Path
) -> None:
    run = facts(COLLAPSED)
    boast = delivery(run, card=card(run, learned=True))
    kept = Keeper(tmp_path / "kept", desk).keep(lambda _: boast, "agent")
    assert "learned is False" in str(kept.card_refused)
    assert not (tmp_path / "kept" / "card.md").exists()
    assert "learned is False" in (tmp_path / "kept" / "card-refused.txt").read_text()


def test_a_folder_holds_one_delivery_for_good(desk: Desk, tmp_path: Path) -> None:
    keep(desk, tmp_path / "kept")
    before = (tmp_path / "kept" / "delivery.json").read_bytes()
    with pytest.raises(UsageError, match="holds a delivery already"):
        Keeper(tmp_path / "kept", desk)
    assert (tmp_path / "kept" / "delivery.json").read_bytes() == before


@pytest.mark.parametrize("name", ["delivery.json", "card.md", "ledger.jsonl"])
def test_an_altered_byte_in_any_file_is_found(desk: Desk, tmp_path: Path, name: str) -> None:
    operators = keep(desk, tmp_path / "kept")
    path = tmp_path / "kept" / name
    content = path.read_bytes()
    for at in range(0, len(content), max(1, len(content) // 25)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(NotVouched):
            read_delivery(tmp_path / "kept", operators)
    path.write_bytes(content)
    read_delivery(tmp_path / "kept", operators)


def test_a_delivery_sealed_by_somebody_else_is_not_taken(desk: Desk, tmp_path: Path) -> None:
    keep(desk, tmp_path / "kept")
    other = keep(Desk(tmp_path / "other"), tmp_path / "elsewhere")
    with pytest.raises(NotVouched, match="not trusted"):
        read_delivery(tmp_path / "kept", other)


def test_a_folder_without_a_delivery_says_how_to_get_one(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fde run --keep"):
        read_delivery(tmp_path, frozenset())


def test_a_book_that_does_not_hold_stops_the_keeping(desk: Desk, tmp_path: Path) -> None:
    keep(desk, tmp_path / "one")
    desk.book.path.write_text(desk.book.path.read_text().replace('"gpu_count":2', '"gpu_count":1'))
    with pytest.raises(StoreCorrupt, match="row 1 was changed"):
        keep(desk, tmp_path / "two")
    assert not (tmp_path / "two" / "delivery.json").exists()


# With real deliveries on recorded evidence.

TRUTH_WORDS = ("trap", "misread", "gold", "truth", "verdict", "feasible", "reference_", "hazard")


@pytest.mark.parametrize("agent", ["reference", "misreader"])
def test_neither_truth_nor_verdict_is_in_the_folder(desk: Desk, tmp_path: Path, agent: str) -> None:
    env = play(make(trap="permute"), agent).env
    Keeper(tmp_path / "kept", desk).keep(env.delivery, "somebody")
    ticket = env.ticket
    for path in (tmp_path / "kept").iterdir():
        text = path.read_text().lower()
        assert ticket.secret.lower() not in text
        assert not [word for word in TRUTH_WORDS if word in text], path.name
        assert not [digest for digest in ticket.truth.gold_handlings if digest in text]
        assert env.evidence is not None
        assert env.evidence.run_key not in text
    fields = set(json.loads((tmp_path / "kept" / "delivery.json").read_text())["body"])
    # The acceptance rule is the one thing of the truth that the customer wrote down himself.
    assert not fields & set(Truth.model_fields)


def test_folders_of_different_traps_have_the_same_shape(desk: Desk, tmp_path: Path) -> None:
    shapes = []
    for trap in ("none", "permute", "noise", "mask"):
        env = play(make(trap=trap), "reference").env
        Keeper(tmp_path / trap, desk).keep(env.delivery, "somebody")
        body = json.loads((tmp_path / trap / "delivery.json").read_text())["body"]
        files = sorted(path.name for path in (tmp_path / trap).iterdir())
        shapes.append((files, sorted(body), sorted(body["run"]), body["card"]["disclosures"]))
    assert shapes == [shapes[0]] * 4


def test_the_facts_are_those_that_the_episode_was_graded_on(desk: Desk, tmp_path: Path) -> None:
    env = play(make(trap="permute"), "misreader").env
    operators = frozenset({desk.operator_key().public.fingerprint})
    Keeper(tmp_path / "kept", desk).keep(env.delivery, "misreader")
    kept, result = read_delivery(tmp_path / "kept", operators).body, env.result
    assert kept.run.learned is result.learned is False
    assert kept.run.run_id == result.run_id
    assert kept.bill.total_usd == result.cost_usd
    assert kept.run.split("held_out").outcome.accuracy == result.accuracy
    assert kept.acceptance == env.ticket.truth.policy.acceptance


@pytest.mark.parametrize("until", ["config", "card"])
def test_an_unfinished_delivery_leaves_nothing_to_keep(until: str) -> None:
    env = play(make(trap="none"), "reference", until=until).env
    with pytest.raises(UsageError, match="nothing to keep"):
        env.delivery(Mark("a", "0" * 32, delivery().kept_at))
