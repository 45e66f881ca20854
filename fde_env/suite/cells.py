"""The evidence cells of the suite, and the handlings that each has a recorded run of.

A cell here is a domain, a base and a data seed; with one of the handlings below it is one
training run. Tickets are surfaces of cells, so a few runs carry any number of tickets.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from fde_env.bases import BASES
from fde_env.bench.plan import Planned, price_of
from fde_env.contract.ticket import TicketSpec, TrapName
from fde_env.delivery_run import Order, run_request
from fde_env.intervene import forced_handling
from fde_env.tickets.domains import domain_names
from fde_env.tickets.generator import Prepared, prepare

TRAIN_DATA_SEED: Final = 1
UNSEEN_DOMAIN: Final = "bank"
UNSEEN_DATA_SEEDS: Final = (2, 3)


@dataclass(frozen=True, order=True)
class SuiteCell:
    """Rows of a domain, to be learnt by a base."""

    domain: str
    base: str
    data_seed: int


def train_cells() -> tuple[SuiteCell, ...]:
    """One cell a domain; the bases take turns."""
    return tuple(
        SuiteCell(domain, BASES[place % len(BASES)].id, TRAIN_DATA_SEED)
        for place, domain in enumerate(domain_names())
    )


def unseen_cells() -> tuple[SuiteCell, ...]:
    """Cells that no training ticket stands on: other rows, each base once.

    They are cells of the confirmatory study, so their runs are recorded, those of its arms.
    """
    return tuple(
        SuiteCell(UNSEEN_DOMAIN, base.id, UNSEEN_DATA_SEEDS[place % len(UNSEEN_DATA_SEEDS)])
        for place, base in enumerate(BASES)
    )


MISREAD: Final = "misread"
GOLD: Final = "gold"
HANDLINGS: Final = MappingProxyType[str, tuple[tuple[TrapName, ...], str]](
    {
        "gold": ((), GOLD),
        "permute": (("permute",), MISREAD),
        "noise": (("noise",), MISREAD),
        "stale": (("stale",), MISREAD),
        "newer": (("stale",), GOLD),
        "target": (("target",), MISREAD),
        "mask": (("mask",), MISREAD),
        "truncate": (("truncate",), MISREAD),
        "template": (("template",), MISREAD),
    }
)
"""Name of a handling to the traps of a ticket that it belongs to, and which side of it."""
IN_UNSEEN_CELLS: Final = frozenset({"gold", "permute", "noise", "mask"})
"""Handlings that an unseen cell has a recorded run of."""


def prepare_cell(cell: SuiteCell, traps: tuple[TrapName, ...]) -> Prepared:
    """Some ticket of the cell with these traps; which one makes no difference to the runs."""
    return prepare(
        TicketSpec(
            domain=cell.domain,
            base=cell.base,
            seed=0,
            data_seed=cell.data_seed,
            size="full",
            traps=traps,
            pressure=(),
            intensity=2,
            node="any",
            infeasible="none",
            split="train",
        )
    )


def planned(cell: SuiteCell, handling: str) -> Planned:
    """The run of a cell under one of `HANDLINGS`."""
    traps, side = HANDLINGS[handling]
    prepared = prepare_cell(cell, traps)
    truth = prepared.ticket.truth
    intake, plan = forced_handling(truth)
    if side == GOLD:
        intake = truth.reference_intake
    return Planned(
        base=cell.base,
        seed=cell.data_seed,
        arm=handling,
        request=run_request(
            prepared, Order(intake, plan, truth.reference_config), show_alarms=False
        ),
        acceptance=truth.policy.acceptance,
        price=price_of(prepared),
    )


def planned_runs(cells: tuple[SuiteCell, ...]) -> tuple[Planned, ...]:
    """Every run of `cells`, handling by handling, so that a part of them is of use as well."""
    return tuple(planned(cell, handling) for handling in HANDLINGS for cell in cells)
