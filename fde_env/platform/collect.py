"""From an ended episode to what it leaves for people. Takes facts and submissions, never truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fde_env.contract.submissions import CardSubmission, RegisterSubmission
from fde_env.errors import UsageError
from fde_env.platform.delivery import Delivery
from fde_env.platform.ledger import metered

if TYPE_CHECKING:
    from fde_env.episode import Episode


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells one kept delivery from every other: who delivered, when, and a drawn id."""

    agent: str
    delivery_id: str
    kept_at: datetime


def collect(episode: Episode, mark: Mark) -> Delivery:
    """Everything about a delivered artifact that may leave the platform.

    Raises:
        UsageError: the episode did not deliver anything.
    """
    evidence, run = episode.evidence, episode.facts().run
    if episode.ending != "delivered" or evidence is None or run is None:
        raise UsageError(
            f"there is nothing to keep: the delivery is {episode.ending}, and only one that "
            "went through all ten stages leaves an artifact to approve"
        )
    taken = {record.stage: record.submission for record in episode.records}
    entry, card = taken["register"], taken["card"]
    assert isinstance(entry, RegisterSubmission)
    assert isinstance(card, CardSubmission)
    ticket = episode.ticket
    return Delivery(
        delivery_id=mark.delivery_id,
        kept_at=mark.kept_at,
        agent=mark.agent,
        ticket=ticket.ticket_id,
        company=ticket.company,
        nominal_base=ticket.nominal_base,
        stand_in=ticket.stand_in,
        acceptance=ticket.truth.policy.acceptance,
        status=evidence.status,
        run=run,
        entry=entry,
        gate_mode=episode.gate.mode,
        gate_log=episode.gate.log,
        ledger=metered(episode.ledger.rows),
        card=card,
    )
