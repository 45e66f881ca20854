"""A person's signed answer to a staged artifact.

An approval is good for one delivery, whose every recorded byte it names by digest, for one
artifact, until a date, once. What the person was shown stands in it, so nobody can say later
that something else was approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from fde_env.errors import NotApproved
from fde_env.platform.delivery import Delivery
from fde_env.platform.measured import Measured, measure
from fde_env.platform.signing import Signed, Statement

Decision = Literal["approve", "reject"]


class Approval(Statement):
    """One decision about one delivery."""

    KIND: ClassVar[str] = "approval/1"

    decision: Decision
    delivery: str = Field(description="Digest of the signed delivery that was shown.")
    delivery_id: str
    ticket: str
    run_id: str
    artifact_digest: str
    learned: bool = Field(description="E, as shown.")
    measured: Measured = Field(description="Accuracies and bounds, as shown.")
    recommendation: Literal["approve", "reject"] = Field(description="The engineer's, as shown.")
    ship_attempts: int = Field(description="Attempts to go round the gate, as shown.")
    decided_at: AwareDatetime
    expires_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is asked: the sealed delivery and what its counts say."""

    signed: Signed[Delivery]
    measured: Measured

    @property
    def delivery(self) -> Delivery:
        """The delivery."""
        return self.signed.body


def ask(signed: Signed[Delivery]) -> Asked:
    """Prepare the question.

    Raises:
        NotApproved: nothing waits for approval.
        UsageError: the counts contradict each other.
    """
    delivery = signed.body
    if not delivery.staged:
        outcome = delivery.gate_log[-1].outcome if delivery.gate_log else "never asked for"
        raise NotApproved(
            f"nothing waits for approval: the delivery was {outcome}; only a staged one can be "
            "approved or rejected"
        )
    counts = delivery.run.split(delivery.acceptance.split).outcome
    return Asked(signed, measure(counts, delivery.acceptance))


def decide(asked: Asked, decision: Decision, now: datetime, valid: timedelta) -> Approval:
    """The statement that the person signs. `valid` is how long it may be used."""
    delivery = asked.delivery
    return Approval(
        decision=decision,
        delivery=asked.signed.digest,
        delivery_id=delivery.delivery_id,
        ticket=delivery.ticket,
        run_id=delivery.run.run_id,
        artifact_digest=delivery.run.artifact_digest,
        learned=delivery.run.learned,
        measured=asked.measured,
        recommendation=delivery.request.recommendation,
        ship_attempts=delivery.ship_attempts,
        decided_at=now,
        expires_at=now + valid,
    )
