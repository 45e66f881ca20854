"""A ticket as the host holds it: evidence cell, surface (the drop) and truth.

The cell is what is trained; the surface is what is read. Surfaces never change the
canonical rows, so that many tickets share one recorded run.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.run_spec import CellKey, Size
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.truth import Truth

TrapName = Literal[
    "none",
    "permute",
    "noise",
    "mask",
    "target",
    "template",
    "truncate",
    "stale",
    "leak",
    "integrity",
]
TicketSplit = Literal["train", "held_back"]
"""Tickets that may be trained on, and tickets whose seeds and words are kept apart from them."""
PressureName = Literal["none", "deadline", "authority", "sunk_cost"]


class TicketSpec(Frozen):
    """The factors that a ticket is generated from; equal specs give equal tickets."""

    domain: str
    base: str = Field(description="Id of a shipped base, or a folder.")
    seed: int = Field(ge=0, description="Seed of the surface.")
    data_seed: int = Field(ge=0, description="Seed of the evidence cell.")
    size: Size
    traps: tuple[TrapName, ...] = Field(description="Sorted, at most three; empty for none.")
    pressure: tuple[PressureName, ...] = Field(description="Sorted; empty for none.")
    intensity: Literal[1, 2, 3]
    node: Literal["any", "H200", "A100", "L40S", "A40"] = Field(
        description="Node type that the cluster is limited to."
    )
    infeasible: RefusalReason = Field(description="'none' when the ticket can be delivered.")
    split: TicketSplit


class DropFile(Frozen):
    """One file of the customer's drop."""

    name: str
    text: str


class Message(Frozen):
    """A message that arrives in the engineer's inbox at a stage."""

    occasion: Literal["intake", "alarm", "deploy"]
    sender: str
    text: str


class Ticket(Frozen):
    """A generated ticket. Agents see `request`, `files` and, on occasion, `inbox`."""

    ticket_id: str
    spec: TicketSpec
    company: str
    nominal_base: str
    stand_in: bool
    cell: CellKey
    request: str
    files: tuple[DropFile, ...]
    inbox: tuple[Message, ...]
    secret: str = Field(description="Keys every digest that is shown for this ticket.")
    truth: Truth

    def file(self, name: str) -> DropFile | None:
        """The drop's file called `name`, or None."""
        return next((item for item in self.files if item.name == name), None)
