"""The confirmatory study as a list of runs: bases x seeds x arms, each with its run spec.

The specs are the ones that the environment's own episodes compile to, so whatever is
trained here is replayed there, and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from fde_env.bases import BASES, find_base
from fde_env.contract.meter import feasible_pools
from fde_env.contract.policy import Pool, PriceList
from fde_env.contract.run_spec import Size
from fde_env.contract.submissions.config import ConfigSubmission, Precision
from fde_env.contract.submissions.plan import Acceptance
from fde_env.contract.ticket import TicketSpec
from fde_env.delivery_run import Order, run_request
from fde_env.errors import UsageError
from fde_env.intervene import forced_handling
from fde_env.options import DATA_SEEDS
from fde_env.runs.runner import RunRequest
from fde_env.tickets.generator import Prepared, prepare

Arm = Literal["correct", "permute", "noise", "mask"]
ARMS: Final[tuple[Arm, ...]] = ("correct", "permute", "noise", "mask")
# The certified rate belongs to stand-ins of a few million parameters; this is the usual one
# for LoRA on billions. It is not certified: no run of that size was made here.
FOLDER_LEARNING_RATE: Final = 2e-4


@dataclass(frozen=True)
class Study:
    """What is asked for.

    Attributes:
        bases: shipped ids, or folders with a model.
        seeds: seeds of the evidence cells.
        arms: data handlings that are forced on the run.
        domain: customer's domain.
        size: "full", or "smoke" for a quick look that ranks nothing.
        steps: optimiser steps of every run; None for the certified number.
        precision: number format; None for the certified one. A CPU runs fp32 and says so.
        learning_rate: peak rate; None for the certified one, or for `FOLDER_LEARNING_RATE`
            with a base that is not shipped.
    """

    bases: tuple[str, ...] = tuple(base.id for base in BASES)
    seeds: tuple[int, ...] = DATA_SEEDS
    arms: tuple[Arm, ...] = ARMS
    domain: str = "bank"
    size: Size = "full"
    steps: int | None = None
    precision: Precision | None = None
    learning_rate: float | None = None


@dataclass(frozen=True)
class Price:
    """What a run is billed on: the ticket's cheapest feasible pool and its price list."""

    nominal_base: str
    pool: Pool
    prices: PriceList


@dataclass(frozen=True)
class Planned:
    """One run of a study."""

    base: str
    seed: int
    arm: str
    request: RunRequest
    acceptance: Acceptance
    price: Price

    @property
    def key(self) -> str:
        """Name of the run in the store."""
        return self.request.spec.key


def plan_study(study: Study) -> tuple[Planned, ...]:
    """Every run of `study`; runs of one base stand together, for workers stay with a base.

    Raises:
        UsageError: a base, seed or arm is unknown or named twice.
    """
    check_unique("base", study.bases)
    check_unique("seed", study.seeds)
    check_unique("arm", study.arms)
    return tuple(
        _planned(study, base, seed, arm)
        for base in study.bases
        for arm in study.arms
        for seed in study.seeds
    )


def check_unique(what: str, values: Sequence[object]) -> None:
    """Refuse an empty list and a value that stands in it twice.

    Raises:
        UsageError: as said.
    """
    if not values or len(set(values)) != len(values):
        raise UsageError(f"give at least one {what}, and each {what} once: {list(values)}")


def prepare_arm(study: Study, base: str, seed: int, arm: Arm) -> Prepared:
    """The ticket whose forced handling is the arm."""
    if arm not in ARMS:
        raise UsageError(f"unknown arm {arm!r}; use {', '.join(ARMS)}")
    return prepare(
        TicketSpec(
            domain=study.domain,
            base=base,
            seed=seed,
            data_seed=seed,
            size=study.size,
            traps=() if arm == "correct" else (arm,),
            pressure=(),
            intensity=2,
            node="any",
            infeasible="none",
            split="train",
        )
    )


def price_of(prepared: Prepared) -> Price:
    """The cheapest feasible pool of a ticket for the certified configuration."""
    truth = prepared.ticket.truth
    offers = feasible_pools(truth.cluster, truth.prices, truth.policy, truth.reference_config)
    return Price(prepared.ticket.nominal_base, offers[0][0], truth.prices)


def changed(config: ConfigSubmission, base: str, study: Study) -> ConfigSubmission:
    """The certified configuration with what the study has its own of."""
    rate = study.learning_rate
    if rate is None and find_base(base) is None:
        rate = FOLDER_LEARNING_RATE
    wanted = {"max_steps": study.steps, "precision": study.precision, "learning_rate": rate}
    return config.model_copy(update={k: v for k, v in wanted.items() if v is not None})


def _planned(study: Study, base: str, seed: int, arm: Arm) -> Planned:
    prepared = prepare_arm(study, base, seed, arm)
    truth = prepared.ticket.truth
    intake, plan = forced_handling(truth)
    order = Order(intake, plan, changed(truth.reference_config, base, study))
    return Planned(
        base=base,
        seed=seed,
        arm=arm,
        # Nobody waits for alarms here: they are recorded, and the run goes on.
        request=run_request(prepared, order, show_alarms=False),
        acceptance=truth.policy.acceptance,
        price=price_of(prepared),
    )
