"""What a trap is: one hazard in the customer's drop, with words for both its twins.

Every ticket carries the same documents. Each trap owns one *slot* in them: when the
trap is set, the slot tells of the hazard; when it is not, the slot tells of a harmless
twin, in exactly as many characters, since `list_files` shows sizes. Placeholders are the
names in `fde_env.tickets.documents.slot_names`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fde_env.contract.ticket import TrapName
from fde_env.tickets.wording import Wording

Slot = Literal[
    "maps",
    "annotations",
    "columns",
    "dates",
    "loss",
    "format",
    "threads",
    "splits",
    "lineage",
]


@dataclass(frozen=True, slots=True)
class Note:
    """The words of a slot: in the data dictionary and in the mail thread."""

    dictionary: str
    mail: str


@dataclass(frozen=True, slots=True)
class Trap:
    """A hazard: its name, its slot, its words, and what comes of falling for it.

    `if_misread` is what a run becomes whose handling falls for it: "tbdl" (it trains and
    does not learn) or "benign" (it learns all the same). Certification holds it to that.
    """

    name: TrapName
    slot: Slot
    words: Wording[Note]
    if_misread: Literal["tbdl", "benign"]
