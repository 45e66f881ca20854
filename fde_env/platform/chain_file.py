"""A chain of rows in a file of JSON lines: appended atomically, under a lock, checked at each use.

The file is replaced as a whole by one rename after its content has reached the disk. So a reader
sees all of a row or nothing of it, a process that is killed leaves no half row, and two processes
that append at once wait for each other. That costs a rewrite for each row: right for bills and
approvals (thousands), wrong for metrics (millions).
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic

from pydantic import TypeAdapter, ValidationError

from fde_env.errors import StoreCorrupt, UsageError
from fde_env.platform.chain import Fault, Link, Row, Unreadable, find_fault


def dump_rows(rows: Sequence[Link]) -> str:
    """Rows as JSON lines, oldest first; equal rows give equal bytes."""
    return "".join(row.model_dump_json() + "\n" for row in rows)


def parse_rows(text: str, adapter: TypeAdapter[Any]) -> list[Link | Unreadable]:
    """The lines of `text` as rows; what is no row stands there as `Unreadable`.

    A line must be written exactly as `dump_rows` writes it, so that no byte can be altered
    without a trace, not even one that means nothing.
    """
    *lines, rest = text.split("\n")
    rows: list[Link | Unreadable] = [_parse_row(line, adapter) for line in lines]
    return [*rows, Unreadable("the line is cut off")] if rest else rows


def _parse_row(line: str, adapter: TypeAdapter[Any]) -> Link | Unreadable:
    try:
        row = adapter.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return Unreadable(f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}")
    assert isinstance(row, Link)
    if row.model_dump_json() != line:
        return Unreadable("the line is not spelled as rows are written")
    return row


class ChainFile(Generic[Row]):
    """Rows of one kind at `path`; a file that does not exist holds none."""

    def __init__(self, path: Path, adapter: TypeAdapter[Row], what: str) -> None:
        """`what` names the rows in messages: "ledger", "gate log"."""
        self.path, self._adapter, self._what = path, adapter, what

    def parsed(self) -> list[Link | Unreadable]:
        """Rows as they stand in the file, broken or not."""
        try:
            text = self.path.read_bytes().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(f"cannot read the {self._what} {self.path}: {error}") from error
        return parse_rows(text, self._adapter)

    def fault(self, head: str | None = None) -> Fault | None:
        """The first row that does not hold; see `find_fault`."""
        return find_fault(self.parsed(), head)

    def rows(self) -> tuple[Row, ...]:
        """All rows, oldest first.

        Raises:
            StoreCorrupt: a row does not hold; the message names it.
        """
        rows = self.parsed()
        fault = find_fault(rows)
        if fault is not None:
            raise StoreCorrupt(
                f"{self._what} {self.path}: {fault.words}; "
                "restore it from a copy whose head is known, nothing is added to it before"
            )
        return tuple(rows)  # type: ignore[arg-type]  # no fault: none is Unreadable

    def append(self, make: Callable[[tuple[Row, ...]], Row]) -> Row:
        """Add the row that `make` makes from the rows there are; what it raises adds nothing.

        Raises:
            StoreCorrupt: a row there does not hold.
            UsageError: the file cannot be written.
        """
        with self._locked():
            before = self.rows()
            row = make(before)
            _replace(self.path, dump_rows((*before, row)))
            return row

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Beside the file, as the file itself is replaced by each append.
            handle = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise UsageError(f"cannot write the {self._what} {self.path}: {error}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _replace(path: Path, text: str) -> None:
    """Put `text` at `path` by one rename, on the disk before this returns."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
