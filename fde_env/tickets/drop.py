"""The customer's drop: parsed tables of a ticket's files, and the files on disk."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from fde_env.contract.ticket import Ticket
from fde_env.errors import CompileError

T = TypeVar("T")
REMEMBERED: Final = 128


@dataclass(frozen=True)
class Table:
    """A parsed CSV file: header and rows of text cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @cached_property
    def head(self) -> str:
        """The header as CSV text, with its line end."""
        return write_table(self.header, ())

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Each row as CSV text, with its line end."""
        return tuple(write_table(row, ()) for row in self.rows)

    def column(self, name: str) -> tuple[str, ...] | None:
        """Cells of the column called `name`, or None when there is no such column."""
        if name not in self.header:
            return None
        index = self.header.index(name)
        return tuple(row[index] for row in self.rows)


def parse_table(text: str) -> Table:
    """Parse CSV text whose first record is the header."""
    records = [tuple(record) for record in csv.reader(io.StringIO(text))]
    return Table(header=records[0], rows=tuple(records[1:]))


def write_table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """CSV text with a header; the inverse of `parse_table`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


class Drop:
    """Parsed view of one ticket's files; each file is parsed at most once."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self._tables: dict[str, Table] = {}
        self._maps: dict[str, dict[str, str]] = {}
        self._parts: dict[tuple[str, str], Any] = {}
        self._remembered: dict[Hashable, Any] = {}

    def of(self, ticket: Ticket) -> Drop:
        """The same parsed files as those of another ticket, which has equal ones."""
        twin = copy.copy(self)
        twin.ticket = ticket
        return twin

    @cached_property
    def names(self) -> tuple[str, ...]:
        """File names, in the order of the drop."""
        return tuple(item.name for item in self.ticket.files)

    def remember(self, key: Hashable, make: Callable[[], T]) -> T:
        """`make()`, or what it gave for an equal key before. Errors are not remembered.

        Episodes on one ticket share its drop, and compile the same few handlings.
        """
        if key not in self._remembered:
            made = make()
            if len(self._remembered) >= REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[key] = made
        kept: T = self._remembered[key]
        return kept

    def once(self, name: str, part: str, make: Callable[[], T]) -> T:
        """`make()` for a part of the file called `name`, made once.

        Nothing bounds these but the files, so `part` must be one of those that the file has.
        """
        if (name, part) not in self._parts:
            self._parts[name, part] = make()
        kept: T = self._parts[name, part]
        return kept

    def table(self, name: str) -> Table:
        """The CSV file called `name`.

        Raises:
            CompileError: there is no such file, or it is not a table.
        """
        if name not in self._tables:
            file = self.ticket.file(name)
            if file is None or not name.endswith(".csv"):
                tables = ", ".join(item for item in self.names if item.endswith(".csv"))
                raise CompileError(f"{name!r} is not a table of the drop; tables: {tables}")
            self._tables[name] = parse_table(file.text)
        return self._tables[name]

    def label_map(self, name: str) -> dict[str, str]:
        """The label map called `name`, from code to intent.

        Raises:
            CompileError: there is no such file, or it is not a label map.
        """
        if name not in self._maps:
            file = self.ticket.file(name)
            if file is None or not name.startswith("label_map"):
                maps = ", ".join(item for item in self.names if item.startswith("label_map"))
                raise CompileError(f"{name!r} is not a label map of the drop; maps: {maps}")
            self._maps[name] = dict(json.loads(file.text))
        return self._maps[name]


def write_drop(ticket: Ticket, folder: Path) -> None:
    """Write the ticket's request and files into `folder`, which is created."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "request.txt").write_text(ticket.request, encoding="utf-8")
    for item in ticket.files:
        (folder / item.name).write_text(item.text, encoding="utf-8")
