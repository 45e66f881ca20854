"""Hash-chained rows: what makes a log append-only for whoever kept its head.

A row's hash covers its figures and the hash of the row before it. So a figure that is changed,
a row that is taken out and rows that change places show at the first row concerned. What a chain
cannot show by itself is a cut-off end or a whole chain written anew: keep the head (the last
row's hash) elsewhere and hand it to `find_fault` for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from pydantic import Field

from fde_env.contract.base import Frozen, digest_of

GENESIS: Final = "0" * 64

FaultKind = Literal["unreadable", "changed", "dropped", "reordered", "repeated", "cut"]


class Link(Frozen):
    """The part of a row that ties it to the row before."""

    seq: int = Field(description="Number of the row, from 1.")
    prev_hash: str = Field(description="Hash of the row before; zeros in the first.")
    hash: str = Field(description="SHA-256 of this row without this field, 64 hex digits.")


Row = TypeVar("Row", bound=Link)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no row, or not written as a row is written."""

    why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that does not hold.

    Attributes:
        position: Where it stands, from 1; one past the last row when the end is missing.
        kind: What was done to it, as far as the rows can tell.
        words: The same for a person.
    """

    position: int
    kind: FaultKind
    words: str


def chained(kind: type[Row], before: Sequence[Link], figures: dict[str, Any]) -> Row:
    """The row of type `kind` with these `figures` that follows the rows `before` it."""
    head = before[-1].hash if before else GENESIS
    # Through the model once without its hash, so that defaults are hashed as they are read back.
    draft = kind.model_validate({**figures, "seq": len(before) + 1, "prev_hash": head, "hash": ""})
    return draft.model_copy(update={"hash": row_hash(draft)})


def row_hash(row: Link) -> str:
    """The hash that `row` should carry."""
    return digest_of(row.model_dump(mode="json", exclude={"hash"}))


def find_fault(rows: Sequence[Link | Unreadable], head: str | None = None) -> Fault | None:
    """The first row that does not hold, or None.

    Args:
        rows: All rows as they stand in the file, oldest first.
        head: Hash of the last row as it was kept elsewhere; finds a cut-off or rewritten end.
    """
    previous = GENESIS
    for position, row in enumerate(rows, start=1):
        fault = _fault_of(rows, position, previous)
        if fault is not None:
            return fault
        assert isinstance(row, Link)
        previous = row.hash
    if head in (None, previous):
        return None
    words = f"all {len(rows)} rows hold, but the last is not the head that was kept: "
    return Fault(len(rows) + 1, "cut", words + "rows were cut off, added, or all written anew")


def _fault_of(rows: Sequence[Link | Unreadable], position: int, previous: str) -> Fault | None:
    row = rows[position - 1]
    if isinstance(row, Unreadable):
        return Fault(position, "unreadable", f"row {position} is unreadable: {row.why}")
    if row.hash != row_hash(row):
        return Fault(position, "changed", f"row {position} was changed: it does not fit its hash")
    if row.seq == position and row.prev_hash == previous:
        return None
    return _misplaced(rows, position, row)


def _misplaced(rows: Sequence[Link | Unreadable], position: int, row: Link) -> Fault:
    """An intact row that does not follow from the row before it: which kind of wrong is it?"""
    numbers = [other.seq for other in rows if isinstance(other, Link)]
    if row.seq > position and position in numbers[position - 1 :]:
        words = f"rows were reordered: row {row.seq} stands where row {position} belongs"
        return Fault(position, "reordered", words)
    if row.seq > position:
        gone = f"row {position}" if row.seq == position + 1 else f"rows {position} to {row.seq - 1}"
        return Fault(position, "dropped", f"{gone} dropped: row {row.seq} stands there")
    if row.seq < position:
        return Fault(position, "repeated", f"row {row.seq} stands again at position {position}")
    words = f"row {position} does not follow from row {position - 1}: one of them was written anew"
    return Fault(position, "changed", words)
