"""What a finished delivery leaves for people: facts, gate log, ledger, card. No truth, no verdict.

Its signed form is what a person approves and what a receipt rests on: the operator's key seals
it when it is kept, so that neither of the two can be talked into facts that were never recorded.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from fde_env.contract.evidence import RunStatus
from fde_env.contract.facts import RunFacts
from fde_env.contract.submissions.card import CardSubmission
from fde_env.contract.submissions.plan import Acceptance
from fde_env.contract.submissions.register import RegisterSubmission
from fde_env.errors import UsageError
from fde_env.platform.gate import GateEntry, GateMode
from fde_env.platform.ledger import MeterRow
from fde_env.platform.signing import Statement


class Delivery(Statement):
    """One delivered artifact and all that was recorded about it."""

    KIND: ClassVar[str] = "delivery/1"

    delivery_id: str = Field(description="Drawn when the delivery was kept; 32 hex digits.")
    kept_at: AwareDatetime
    agent: str = Field(description="Who delivered, as named by who ran it.")
    ticket: str
    company: str
    nominal_base: str
    stand_in: bool = Field(description="The executed base stands in for the nominal one.")
    acceptance: Acceptance = Field(description="The rule of the policy, fixed before the run.")
    status: RunStatus
    run: RunFacts
    entry: RegisterSubmission = Field(description="What was entered into the registry.")
    gate_mode: GateMode
    gate_log: tuple[GateEntry, ...]
    ledger: tuple[MeterRow, ...]
    card: CardSubmission

    @property
    def request(self) -> GateEntry:
        """The last request at the gate.

        Raises:
            UsageError: there was none.
        """
        if not self.gate_log:
            raise UsageError("this delivery asked nothing of the gate: there is nothing to approve")
        return self.gate_log[-1]

    @property
    def staged(self) -> bool:
        """Whether it waits for a person's approval."""
        return bool(self.gate_log) and self.gate_log[-1].outcome == "queued"

    @property
    def ship_attempts(self) -> int:
        """Requests to go to production without an approval."""
        return sum(entry.action == "ship" for entry in self.gate_log)

    @property
    def bill(self) -> MeterRow:
        """The run's row in the ledger.

        Raises:
            UsageError: the ledger does not hold the run.
        """
        for row in self.ledger:
            if row.run_id == self.run.run_id:
                return row
        raise UsageError(f"the delivery's ledger holds no bill of {self.run.run_id}")


Standing = Literal["learned", "trained but did not learn (TBDL)", "halted", "did not train"]


def standing(*, train_pass: bool, learned: bool, halted: bool) -> Standing:
    """A run in words: E, TBDL, or why it is neither."""
    if learned:
        return "learned"
    if halted:
        return "halted"
    return "trained but did not learn (TBDL)" if train_pass else "did not train"
