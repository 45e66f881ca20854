"""The tickets that `fde tickets` lists: every trap of this version on a few surfaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from fde_env.contract.ticket import Ticket
from fde_env.errors import UsageError
from fde_env.options import TRAP_CHOICES, Options
from fde_env.tickets.generator import prepare

SEEDS: Final = (0, 1, 2)


def ticket_of(options: Options) -> Ticket:
    """The ticket that fully specified options mean."""
    return prepare(options.ticket_spec(np.random.default_rng(0))).ticket


def shelf() -> Iterator[tuple[Options, Ticket]]:
    """Listed tickets with the options that `gym.make` takes for them."""
    for trap in TRAP_CHOICES:
        for seed in SEEDS:
            options = Options(trap=trap, seed=seed)
            yield options, ticket_of(options)


def find_ticket(ticket_id: str) -> Ticket:
    """The listed ticket with that id.

    Raises:
        UsageError: none has it.
    """
    for _, ticket in shelf():
        if ticket.ticket_id == ticket_id:
            return ticket
    raise UsageError(f"no ticket {ticket_id!r} on the shelf; `fde tickets list` shows them")
