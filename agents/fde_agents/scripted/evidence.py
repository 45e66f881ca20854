"""What the careful agent infers from data: which files and columns agree with people.

The customer's team lead went through a few messages by hand; the mail names them with their
dates. Each way to read the drop (annotation file, column, label map, rows from some day on)
gives those messages a label; the right way gives what the team lead gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

EXAMPLE: Final = re.compile(r"^\s+(M-\d+) \(received (\d{4}-\d\d-\d\d)\): (.+)$", re.MULTILINE)
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
# A wrong reading agrees with one example by chance now and then, hardly with three.
ENOUGH: Final = 3
AGREES: Final = 0.75


@dataclass(frozen=True, slots=True)
class Example:
    """A message that a person vouches for."""

    message_id: str
    received: str
    intent: str


def examples(mail: str) -> tuple[Example, ...]:
    """The messages that the team lead went through."""
    return tuple(Example(*found) for found in EXAMPLE.findall(mail))


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read the drop; `since` leaves out messages received before that day."""

    source: str
    column: str
    label_map: str
    since: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was looked up: codes of the examples by file and column, maps, days in the papers.

    Attributes:
        codes: (file, column) to message id to code, as far as the rows were found.
        maps: label-map file to code to intent.
        days: days that the data dictionary names.
    """

    examples: tuple[Example, ...]
    codes: Mapping[tuple[str, str], Mapping[str, str]]
    maps: Mapping[str, Mapping[str, str]]
    days: tuple[str, ...]

    def readings(self) -> Iterator[Reading]:
        """Every reading, those that keep all rows first."""
        for since in (None, *self.days):
            for (source, column), label_map in product(self.codes, self.maps):
                yield Reading(source, column, label_map, since)

    def agreement(self, reading: Reading) -> float:
        """Share of the examples in the reading's rows that it labels as people do."""
        codes = self.codes[reading.source, reading.column]
        intent_of = self.maps[reading.label_map]
        judged = [
            intent_of.get(codes[example.message_id]) == example.intent
            for example in self.examples
            if example.message_id in codes and example.received >= (reading.since or "")
        ]
        return sum(judged) / len(judged) if len(judged) >= ENOUGH else 0.0

    def best(self) -> tuple[Reading, float]:
        """The reading that agrees best, the one with most rows on a tie, and its agreement."""
        found = max(self.readings(), key=self.agreement)
        return found, self.agreement(found)
