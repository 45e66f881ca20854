"""The ledger bills by the formula, and whatever is done to its rows shows, at the row concerned."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platform_kit import POOL, PRICES

from fde_env.contract.base import digest_of
from fde_env.contract.meter import bill
from fde_env.errors import StoreCorrupt
from fde_env.platform.chain import GENESIS, chained
from fde_env.platform.ledger import Ledger, LedgerRow, MeterRow, PaymentRow, metered


def filled(runs: int) -> Ledger:
    ledger = Ledger()
    for i in range(runs):
        ledger.append(f"run-{i}", POOL, bill(100 + i, 16, POOL, PRICES))
    return ledger


def test_a_row_is_the_bill_of_its_run() -> None:
    (row,) = metered(filled(1).rows)
    assert row.gpu_hours == pytest.approx(2 * 100 * 16 * 128 / 8_000 / 3600)
    assert row.total_usd == pytest.approx(row.gpu_hours * 3.0)
    assert (row.seq, row.prev_hash) == (1, GENESIS)
    assert row.facts.total_usd == row.total_usd


def test_an_untouched_ledger_verifies_and_survives_a_round_trip() -> None:
    ledger = filled(5)
    assert ledger.verify(ledger.head) is None
    again = Ledger.loads(ledger.dumps(), ledger.head)
    assert again.rows == ledger.rows
    assert again.total_usd == pytest.approx(sum(row.total_usd for row in metered(ledger.rows)))
    assert Ledger().verify(GENESIS) is None


changes = st.sampled_from(
    [
        ("run_id", "run-x"),
        ("node_type", "A40"),
        ("gpu_count", 3),
        ("gpu_hours", 0.0),
        ("rate_usd", 2.0),
        ("total_usd", 0.0),
        ("seq", 9),
        ("prev_hash", "f" * 64),
        ("hash", "f" * 64),
    ]
)


@given(position=st.integers(1, 6), change=changes)
def test_a_changed_figure_is_found_at_its_row(position: int, change: tuple[str, object]) -> None:
    rows: list[LedgerRow] = list(filled(6).rows)
    field, value = change
    rows[position - 1] = rows[position - 1].model_copy(update={field: value})
    assert Ledger(rows).verify() == position


def test_a_changed_row_with_a_fresh_hash_breaks_the_next() -> None:
    rows = list(filled(4).rows)
    body = rows[1].model_dump(mode="json", exclude={"hash"}) | {"total_usd": 0.0}
    rows[1] = MeterRow.model_validate({**body, "hash": digest_of(body)})
    assert Ledger(rows).verify() == 3


def test_rows_that_go_or_change_places_are_found() -> None:
    rows = filled(4).rows
    assert Ledger([rows[0], *rows[2:]]).verify() == 2
    assert Ledger([rows[0], rows[2], rows[1], rows[3]]).verify() == 2


def test_a_cut_off_end_needs_the_head() -> None:
    ledger = filled(4)
    short = Ledger(ledger.rows[:3])
    assert short.verify() is None
    assert short.verify(ledger.head) == 4


def test_loading_a_bad_ledger_names_the_row() -> None:
    lines = filled(3).dumps().splitlines()
    tampered = json.loads(lines[1]) | {"total_usd": 0.0}
    compact = json.dumps(tampered, separators=(",", ":"))
    with pytest.raises(StoreCorrupt, match="row 2 was changed"):
        Ledger.loads("\n".join([lines[0], compact, lines[2]]) + "\n")
    with pytest.raises(StoreCorrupt, match="row 3 is unreadable"):
        Ledger.loads("\n".join([*lines[:2], lines[2][:20]]))


def test_a_payment_stands_in_the_same_chain_and_is_no_bill() -> None:
    ledger = filled(2)
    cost = ledger.total_usd
    figures = {"run_id": "run-0", "receipt": "r" * 64, "amount_usd": 1.0}
    paid = ledger.enter(lambda rows: chained(PaymentRow, rows, figures))
    assert paid.prev_hash == ledger.rows[1].hash
    assert (ledger.head, ledger.total_usd) == (paid.hash, cost)
    assert ledger.last_bill == metered(ledger.rows)[-1].facts
    assert Ledger.loads(ledger.dumps(), ledger.head).rows == ledger.rows
    assert Ledger([ledger.rows[0], ledger.rows[2]]).verify() == 2


def test_a_bill_cannot_be_passed_off_as_a_payment() -> None:
    lines = filled(2).dumps().splitlines(keepends=True)
    with pytest.raises(StoreCorrupt, match="row 1 is unreadable"):
        Ledger.loads(lines[0].replace('"meter"', '"payment"') + lines[1])


def test_rows_cannot_be_written_from_outside() -> None:
    ledger = filled(2)
    with pytest.raises(ValueError, match="frozen"):
        ledger.rows[0].total_usd = 0.0  # type: ignore[misc]
    assert isinstance(ledger.rows, tuple)
