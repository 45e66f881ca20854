"""The tickets of the suite: the same factors in both splits, other seeds, words and cells.

A factor set is what a ticket hides. Each domain has every one of them once a split, so that
no domain, company or base tells what a ticket hides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import Ticket, TicketSpec, TicketSplit, TrapName
from fde_env.errors import UsageError
from fde_env.options import Options
from fde_env.suite.cells import IN_UNSEEN_CELLS, SuiteCell, train_cells, unseen_cells
from fde_env.tickets.generator import prepare, ticket_id


@dataclass(frozen=True)
class Factors:
    """What a ticket hides."""

    traps: tuple[TrapName, ...] = ()
    infeasible: RefusalReason = "none"


# Stacks are such that every choice they offer leads to a handling of `cells.HANDLINGS`.
FACTORS: Final = (
    Factors(),
    Factors(("permute",)),
    Factors(("noise",)),
    Factors(("mask",)),
    Factors(("target",)),
    Factors(("template",)),
    Factors(("truncate",)),
    Factors(("stale",)),
    Factors(("leak",)),
    Factors(("integrity",)),
    Factors(("leak", "permute")),
    Factors(("integrity", "permute")),
    Factors(("noise", "target")),
    Factors(("leak", "noise", "target")),
    Factors(("integrity", "noise", "target")),
    Factors(("integrity", "stale")),
    Factors(infeasible="budget"),
    Factors(("permute",), "deadline"),
    Factors(infeasible="licence"),
    Factors(("noise",), "personal_data"),
    Factors(infeasible="no_label_source"),
    Factors(("stale",), "undefined_metric"),
)
HELD_BACK_SEEDS: Final = 1_000_000


@dataclass(frozen=True)
class SuiteTicket:
    """A ticket of the suite by the options that make it.

    Attributes:
        seen: a ticket of the training split stands on the same cell.
    """

    spec: TicketSpec
    factors: Factors
    seen: bool

    @property
    def ticket_id(self) -> str:
        """The id that people and agents see; found without generating the ticket."""
        return ticket_id(self.spec)

    @property
    def split(self) -> TicketSplit:
        """The split that the ticket belongs to."""
        return self.spec.split

    @property
    def options(self) -> Options:
        """What `gym.make("FDE-v0", ...)` takes for this ticket."""
        spec = self.spec
        return Options(
            trap=spec.traps or "none",
            infeasible=spec.infeasible,
            domain=spec.domain,
            base=spec.base,
            seed=spec.seed,
            data_seed=spec.data_seed,
            split=spec.split,
        )

    def generate(self) -> Ticket:
        """The ticket itself, drop and truth included."""
        return prepare(self.spec).ticket


def _spec(cell: SuiteCell, factors: Factors, seed: int, split: TicketSplit) -> TicketSpec:
    options = Options(
        trap=factors.traps or "none",
        infeasible=factors.infeasible,
        domain=cell.domain,
        base=cell.base,
        seed=seed,
        data_seed=cell.data_seed,
        split=split,
    )
    return options.fixed_spec()


def _training() -> Iterator[SuiteTicket]:
    for row, cell in enumerate(train_cells()):
        for column, factors in enumerate(FACTORS):
            seed = len(FACTORS) * row + column
            yield SuiteTicket(_spec(cell, factors, seed, "train"), factors, seen=True)


def _held_back() -> Iterator[SuiteTicket]:
    """Every factor set once a domain, and what unseen cells have records for on each of those."""
    seed = HELD_BACK_SEEDS
    for cell in train_cells():
        for factors in FACTORS:
            yield SuiteTicket(_spec(cell, factors, seed, "held_back"), factors, seen=True)
            seed += 1
    for cell in unseen_cells():
        for factors in filter(_recorded_unseen, FACTORS):
            yield SuiteTicket(_spec(cell, factors, seed, "held_back"), factors, seen=False)
            seed += 1


def _recorded_unseen(factors: Factors) -> bool:
    """Whether every choice that the ticket offers leads to a run that unseen cells have."""
    if factors.infeasible != "none":
        return True
    moving = set(factors.traps) - {"leak", "integrity"}
    return len(moving) <= 1 and moving <= IN_UNSEEN_CELLS


@lru_cache(maxsize=2)
def suite(split: TicketSplit = "train") -> tuple[SuiteTicket, ...]:
    """The tickets of a split, in a fixed order.

    Raises:
        UsageError: there is no such split.
    """
    makers = {"train": _training, "held_back": _held_back}
    if split not in makers:
        raise UsageError(f"no split {split!r}; use {', '.join(makers)}")
    return tuple(makers[split]())


def find_ticket(wanted: str) -> SuiteTicket:
    """The ticket of either split with that id.

    Raises:
        UsageError: none has it.
    """
    for ticket in (*suite("train"), *suite("held_back")):
        if ticket.ticket_id == wanted:
            return ticket
    raise UsageError(f"no ticket {wanted!r} in the suite; `fde tickets list` shows them")
