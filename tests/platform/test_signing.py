"""A signature covers every byte and the sort of statement, and only a trusted key's counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platform_kit import approved, key, prints, receipt, sealed

from fde_env.contract.base import canonical_json
from fde_env.errors import NotVouched, UsageError
from fde_env.platform.approval import Approval
from fde_env.platform.receipt import Receipt
from fde_env.platform.signing import (
    Signed,
    Statement,
    dump_signed,
    objection,
    read_signed,
    sign,
    signed_bytes,
    write_signed,
)


class Note(Statement):
    """A small statement."""

    KIND: ClassVar[str] = "note/1"

    text: str
    figure: float


class Other(Statement):
    """The same fields, another sort."""

    KIND: ClassVar[str] = "other/1"

    text: str
    figure: float


notes = st.builds(
    Note,
    text=st.text(st.characters(codec="utf-8")),
    figure=st.floats(allow_nan=False, allow_infinity=False),
)


@given(notes)
def test_what_was_signed_holds_before_and_after_a_file(note: Note) -> None:
    signed = sign(note, key("a"))
    assert objection(signed, prints("a")) is None
    again = Signed[Note].model_validate_json(dump_signed(signed))
    assert again == signed
    assert dump_signed(again) == dump_signed(signed)
    assert again.digest == signed.digest


@given(notes, notes)
def test_a_signature_holds_for_its_own_statement_alone(one: Note, two: Note) -> None:
    moved = sign(one, key("a")).model_copy(update={"body": two})
    same = canonical_json(one) == canonical_json(two)
    assert (objection(moved, prints("a")) is None) == same


@given(notes)
def test_the_signed_message_depends_on_the_content_not_on_the_order_of_fields(note: Note) -> None:
    turned = Note.model_validate(dict(reversed(note.model_dump().items())))
    assert signed_bytes(turned) == signed_bytes(note)


def test_each_altered_byte_of_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_signed(path, sign(Note(text="Zwölf", figure=0.5), key("a")))
    content = path.read_bytes()
    for at in range(len(content)):
        for flip in (0x01, 0x20, 0x80):
            spoiled = bytearray(content)
            spoiled[at] ^= flip
            path.write_bytes(bytes(spoiled))
            assert not _holds(path), (at, flip)


@pytest.mark.parametrize("added", [b" ", b"\n", b"\x00"])
def test_an_added_byte_is_refused(tmp_path: Path, added: bytes) -> None:
    path = tmp_path / "note.json"
    write_signed(path, sign(Note(text="t", figure=0.5), key("a")))
    content = path.read_bytes()
    for at in range(len(content) + 1):
        path.write_bytes(content[:at] + added + content[at:])
        assert not _holds(path), at


def test_a_field_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    write_signed(path, sign(Note(text="t", figure=0.5), key("a")))
    path.write_text(path.read_text().replace('"text": "t"', '"text": "x",\n  "text": "t"'))
    assert not _holds(path)


def _holds(path: Path) -> bool:
    try:
        return objection(read_signed(path, Note), prints("a")) is None
    except NotVouched:
        return False


def test_another_key_does_not_count_however_well_it_signs() -> None:
    signed = sign(Note(text="t", figure=1.0), key("b"))
    assert objection(signed, prints("b")) is None
    assert "not trusted" in str(objection(signed, prints("a")))
    assert "not trusted" in str(objection(signed, ()))


def test_a_trusted_key_cannot_be_put_beside_a_strange_signature() -> None:
    forged = sign(Note(text="t", figure=1.0), key("b")).model_copy(
        update={"public_key": key("a").public.raw}
    )
    assert "does not fit" in str(objection(forged, prints("a")))


def test_a_signature_of_one_sort_is_none_of_another() -> None:
    note, other = Note(text="t", figure=1.0), Other(text="t", figure=1.0)
    stolen = sign(note, key("a")).signature
    moved = sign(other, key("a")).model_copy(update={"signature": stolen})
    assert "does not fit" in str(objection(moved, prints("a")))
    renamed = sign(note, key("a")).model_copy(update={"kind": "other/1"})
    assert objection(renamed, prints("a")) is not None


@pytest.mark.parametrize(
    ("made", "read"), [(approved(sealed()), Receipt), (receipt(), Approval)], ids=["a", "r"]
)
def test_an_approval_is_no_receipt_and_the_other_way_round(
    tmp_path: Path, made: Signed[Any], read: type[Statement]
) -> None:
    write_signed(tmp_path / "file.json", made)
    with pytest.raises(NotVouched, match=f"no signed {read.KIND}"):
        read_signed(tmp_path / "file.json", read)


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", "not json", '{"body": ' * 2000])
def test_what_is_no_statement_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "note.json"
    path.write_text(content)
    with pytest.raises(NotVouched, match="no signed note/1"):
        read_signed(path, Note)


def test_a_file_that_is_not_there_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_signed(tmp_path / "none.json", Note)


@pytest.mark.parametrize("bits", ["00" * 64, "ff" * 64])
def test_a_signature_of_zeros_or_ones_does_not_hold(bits: str) -> None:
    blank = sign(Note(text="t", figure=1.0), key("a")).model_copy(update={"signature": bits})
    assert objection(blank, prints("a")) is not None
