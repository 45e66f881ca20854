"""Whatever is done to a chain shows, at the first row concerned, and is called by its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_env.contract.base import digest_of
from fde_env.platform.chain import (
    GENESIS,
    Link,
    Unreadable,
    chained,
    find_fault,
    row_hash,
)


class Note(Link):
    """A row of one figure."""

    figure: float


def chain(figures: list[float]) -> list[Note]:
    rows: list[Note] = []
    for figure in figures:
        rows.append(chained(Note, rows, {"figure": figure}))
    return rows


finite = st.floats(allow_nan=False, allow_infinity=False)
figures = st.lists(finite, min_size=2, max_size=8, unique=True)


@given(figures)
def test_an_untouched_chain_holds_up_to_its_head(numbers: list[float]) -> None:
    rows = chain(numbers)
    assert rows[0].prev_hash == GENESIS
    assert find_fault(rows, rows[-1].hash) is None


@given(figures, st.data())
def test_a_changed_figure_is_found_at_its_row(numbers: list[float], data: st.DataObject) -> None:
    rows = chain(numbers)
    at = data.draw(st.integers(0, len(rows) - 1))
    other = data.draw(finite.filter(lambda number: number != rows[at].figure))
    rows[at] = rows[at].model_copy(update={"figure": other})
    fault = find_fault(rows)
    assert fault is not None
    assert (fault.position, fault.kind) == (at + 1, "changed")


@given(figures, st.data())
def test_a_dropped_row_is_named(numbers: list[float], data: st.DataObject) -> None:
    rows = chain(numbers)
    at = data.draw(st.integers(0, len(rows) - 2))
    del rows[at]
    fault = find_fault(rows)
    assert fault is not None
    assert (fault.position, fault.kind) == (at + 1, "dropped")
    assert f"row {at + 1} dropped" in fault.words


@given(figures, st.randoms(use_true_random=False))
def test_no_order_but_the_right_one_holds(numbers: list[float], random: object) -> None:
    rows = chain(numbers)
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    fault = find_fault(mixed)
    if mixed == rows:
        assert fault is None
        return
    first = next(i for i in range(len(rows)) if mixed[i] != rows[i])
    assert fault is not None
    assert (fault.position, fault.kind) == (first + 1, "reordered")


@given(figures, st.data())
def test_a_row_that_stands_twice_is_found(numbers: list[float], data: st.DataObject) -> None:
    rows = chain(numbers)
    at = data.draw(st.integers(0, len(rows) - 1))
    fault = find_fault([*rows, rows[at]])
    assert fault is not None
    assert (fault.position, fault.kind) == (len(rows) + 1, "repeated")


@given(figures, st.data())
def test_a_cut_off_end_needs_the_head_that_was_kept(
    numbers: list[float], data: st.DataObject
) -> None:
    rows = chain(numbers)
    left = data.draw(st.integers(0, len(rows) - 1))
    assert find_fault(rows[:left]) is None
    fault = find_fault(rows[:left], rows[-1].hash)
    assert fault is not None
    assert (fault.position, fault.kind) == (left + 1, "cut")


def test_a_row_written_anew_with_a_fitting_hash_breaks_the_next() -> None:
    rows = chain([1.0, 2.0, 3.0, 4.0])
    forged = rows[1].model_copy(update={"figure": 0.0})
    rows[1] = forged.model_copy(update={"hash": row_hash(forged)})
    fault = find_fault(rows)
    assert fault is not None
    assert (fault.position, fault.kind) == (3, "changed")


def test_a_chain_written_anew_from_the_middle_needs_the_head() -> None:
    rows = chain([1.0, 2.0, 3.0])
    anew = chain([1.0, 0.0, 3.0])
    assert find_fault(anew) is None
    fault = find_fault(anew, rows[-1].hash)
    assert fault is not None
    assert fault.kind == "cut"


def test_an_unreadable_row_is_named() -> None:
    rows: list[Link | Unreadable] = [*chain([1.0, 2.0])]
    rows[1] = Unreadable("no row")
    fault = find_fault(rows)
    assert fault is not None
    assert (fault.position, fault.kind) == (2, "unreadable")


@pytest.mark.parametrize("field", ["seq", "prev_hash", "hash", "figure"])
def test_no_field_is_left_out_of_the_hash(field: str) -> None:
    row = chain([1.0])[0]
    other = {"seq": 2, "prev_hash": "f" * 64, "hash": "e" * 64, "figure": 2.0}[field]
    assert find_fault([row.model_copy(update={field: other})]) is not None


def test_the_hash_is_that_of_the_canonical_row_without_it() -> None:
    row = chain([1.5])[0]
    assert row.hash == digest_of({"seq": 1, "prev_hash": GENESIS, "figure": 1.5})
