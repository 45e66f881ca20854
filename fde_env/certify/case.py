"""A ticket under certification: its deliveries by several agents, played from recorded runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fde_env.certify.mutants import Tally, tally
from fde_env.certify.scene import Scene
from fde_env.contract.evidence import Evidence
from fde_env.contract.record import StageRecord
from fde_env.contract.submissions import IntakeSubmission, PlanSubmission
from fde_env.contract.ticket import Ticket
from fde_env.contract.truth import Truth
from fde_env.delivery import deliver, make_policy
from fde_env.delivery_run import Order, run_request
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import ReplayMiss
from fde_env.result import Result
from fde_env.runs.store import Store
from fde_env.tickets.generator import Prepared


class OneTicketEnv(FDEDeliveryEnv):
    """The environment on one given ticket, whatever its options say; it only replays."""

    def __init__(self, prepared: Prepared, store: Store, **options: Any) -> None:
        super().__init__(store=store, execution="replay", **options)
        self._given = prepared

    def _draw(self) -> Prepared:
        return self._given


Seat = Callable[[OneTicketEnv], Any]
"""Makes the policy that plays on an environment."""


@dataclass(frozen=True)
class Played:
    """A delivery that has ended."""

    result: Result
    records: tuple[StageRecord, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """Stages that did not pass, in order; those that were not reached among them."""
        return tuple(stage for stage, passed in self.result.verdicts.items() if not passed)

    def reasons(self) -> str:
        """Why stages failed, in words."""
        wrong = [f"{item.stage}: {item.reason}" for item in self.result.stages if not item.passed]
        return "; ".join(wrong) or f"it ended {self.result.ending}"


@dataclass(frozen=True)
class Case:
    """A ticket and the store with its recorded runs."""

    prepared: Prepared
    store: Store

    @property
    def ticket(self) -> Ticket:
        """The ticket."""
        return self.prepared.ticket

    @property
    def truth(self) -> Truth:
        """The ticket's truth."""
        return self.prepared.ticket.truth

    def play(self, seat: Seat, **options: Any) -> Played:
        """One delivery of the ticket.

        Raises:
            ReplayMiss: its run was not recorded.
        """
        env = OneTicketEnv(self.prepared, self.store, **options)
        result = deliver(env, seat(env).act)
        return Played(result=result, records=env.records)

    def by_name(self, agent: str) -> Played:
        """The delivery of the agent called `agent`.

        Raises:
            ReplayMiss: its run was not recorded.
        """
        return self.play(lambda env: make_policy(agent, env))

    @cached_property
    def reference(self) -> Played:
        """The reference's delivery."""
        return self.by_name("reference")

    @cached_property
    def careful(self) -> Played:
        """The careful agent's delivery."""
        return self.by_name("careful")

    @cached_property
    def configurator(self) -> Played:
        """The configurator's delivery."""
        return self.by_name("configurator")

    @cached_property
    def scene(self) -> Scene:
        """The reference's delivery as the oracle sees it: what mutants are made from."""
        return Scene(
            truth=self.truth,
            traps=frozenset(self.ticket.spec.traps),
            drop=self.prepared.drop,
            records=self.reference.records,
        )

    @cached_property
    def tally(self) -> Tally:
        """How mutants of the reference are graded."""
        return tally(self.scene)

    def evidence(self, intake: IntakeSubmission, plan: PlanSubmission) -> Evidence:
        """The recorded run of a handling and a plan under c*.

        Raises:
            ReplayMiss: it was not recorded.
        """
        order = Order(intake, plan, self.truth.reference_config)
        key = run_request(self.prepared, order, show_alarms=False).spec.key
        found = self.store.evidence(key)
        if found is None:
            raise ReplayMiss(f"run {key[:12]} was not recorded; fde_env.suite.record records it")
        return found
