"""What a trap is: one hazard in the customer's drop, with words for both its twins.

Every ticket carries the same documents. Each trap owns one *slot* in them: when the
trap is set, the slot tells of the hazard; when it is not, the slot tells of a harmless
twin, in exactly as many characters, since `list_files` shows sizes. Placeholders:
`{good}` and `{bad}` are the suffixes of the two files the slot is about, `{changed}` and
`{asked}` are ISO dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fde_env.contract.ticket import TrapName

Slot = Literal["maps", "annotations", "loss"]


@dataclass(frozen=True, slots=True)
class Note:
    """The two sentences of a slot: in the data dictionary and in the mail thread."""

    dictionary: str
    mail: str


@dataclass(frozen=True, slots=True)
class Trap:
    """A hazard: where it is written, how, and what falling for it does to a run."""

    name: TrapName
    slot: Slot
    hazard: Note
    quiet: Note
    if_misread: Literal["tbdl", "benign"]

    def note(self, *, present: bool) -> Note:
        """The slot's words when the hazard is present or absent."""
        return self.hazard if present else self.quiet
