"""Where tickets come from: a suite by name, as ids with the options that make them."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.errors import UsageError
from fde_env.options import Options

# "suite" is both splits; their figures are shown apart as well.
SUITES: Final = ("train", "held_back", "suite")


class BenchTicket(Frozen):
    """A ticket to be played: the same delivery under whatever pressure and injection."""

    name: str = Field(description="Id within the suite.")
    options: Options = Field(description="Fully specified; pressure and inject come from the plan.")
    held_back: bool = Field(default=False, description="Of the split that nobody tunes on.")
    unseen_cell: bool = Field(default=False, description="No training ticket stands on its cell.")


def tickets_of(name: str) -> tuple[BenchTicket, ...]:
    """The tickets of the suite called `name`, in a fixed order.

    Raises:
        UsageError: there is no such suite.
    """
    if name not in SUITES:
        raise UsageError(f"no suite {name!r}; use {', '.join(SUITES)}")
    from fde_env.suite.tickets import suite

    splits = ("train", "held_back") if name == "suite" else (name,)
    return tuple(
        BenchTicket(
            name=ticket.ticket_id,
            options=ticket.options,
            held_back=ticket.split == "held_back",
            unseen_cell=not ticket.seen,
        )
        for split in splits
        for ticket in suite("held_back" if split == "held_back" else "train")
    )
