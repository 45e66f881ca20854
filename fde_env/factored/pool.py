"""The tickets of an environment: drawn by seed, prepared once a process and shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from fde_agents.scripted.desk import Call
from fde_env.contract.ticket import TicketSpec, TicketSplit
from fde_env.errors import UsageError
from fde_env.factored.reading import Findings
from fde_env.suite.tickets import SuiteTicket, find_ticket, suite
from fde_env.tickets.generator import Prepared, prepare, ticket_id

MOST_PREPARED: Final = 2048
"""Tickets that a process keeps: some megabytes each, but twins by pressure share their files."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A prepared ticket, and what was made of the texts that its tools gave.

    Attributes:
        lookups: the calls that it took to find the vouched-for messages; empty before.
        findings: by bundle. Equal calls on a ticket give equal texts, so equal findings.
    """

    prepared: Prepared
    lookups: list[Call] = field(default_factory=list)
    findings: dict[str, Findings] = field(default_factory=dict)


@lru_cache(maxsize=MOST_PREPARED)
def entry(spec: TicketSpec) -> Entry:
    """The ticket of `spec`, one for all environments of this process."""
    return Entry(prepare(spec))


@dataclass(frozen=True)
class Pool:
    """Tickets to draw from."""

    specs: tuple[TicketSpec, ...]

    @classmethod
    def of(
        cls,
        split: TicketSplit,
        tickets: Sequence[str | TicketSpec] | None,
        **letters: object,
    ) -> Pool:
        """The suite's split, or the given tickets.

        Args:
            split: of the suite, where no tickets are named.
            tickets: ids of the suite's tickets, or specs.
            letters: pressure and intensity, for all of them alike.

        Raises:
            UsageError: there are none, or an id is unknown.
        """
        if tickets is None:
            chosen = [ticket.spec for ticket in suite(split)]
        else:
            chosen = [_spec(ticket) for ticket in tickets]
        if not chosen:
            raise UsageError("no tickets to draw from; leave `tickets` out for the whole split")
        return cls(tuple(spec.model_copy(update=letters) for spec in chosen))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of all of them; no ticket is generated for that."""
        return tuple(ticket_id(spec) for spec in self.specs)

    def draw(self, rng: np.random.Generator) -> Entry:
        """Any of them, each as likely."""
        return entry(self.specs[int(rng.integers(len(self.specs)))])

    def find(self, wanted: str) -> Entry:
        """The one with that id.

        Raises:
            UsageError: it is not among them.
        """
        if wanted not in self.ids:
            raise UsageError(f"no ticket {wanted!r} in this environment")
        return entry(self.specs[self.ids.index(wanted)])


def _spec(ticket: str | TicketSpec | SuiteTicket) -> TicketSpec:
    if isinstance(ticket, TicketSpec):
        return ticket
    return ticket.spec if isinstance(ticket, SuiteTicket) else find_ticket(ticket).spec
