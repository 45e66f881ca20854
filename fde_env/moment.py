"""From a moment of a delivery to the facts that the platform has recorded by then."""

from __future__ import annotations

from typing import NamedTuple

from fde_env.bases import digest_of_base
from fde_env.contract.facts import Facts, GateFacts, LedgerFacts, LengthFacts, RunFacts
from fde_env.contract.memory import once_each
from fde_env.contract.submissions import ConfigSubmission
from fde_env.contract.ticket import Ticket
from fde_env.lengths import token_quantiles
from fde_env.runs.facts import base_revision
from fde_env.view import Quantiles


class Standing(NamedTuple):
    """What facts are made of and that no submission moves."""

    stand_in: bool
    quantiles: Quantiles
    base_revision: str


def standing_of(ticket: Ticket) -> Standing:
    """What stands for a ticket.

    Raises:
        UsageError: there is no such base.
    """
    base, served = ticket.spec.base, ticket.truth.policy.served_prompt_format
    revision = base_revision(ticket, digest_of_base(base))
    return Standing(ticket.stand_in, token_quantiles(ticket.cell, base, served), revision)


class Moment(NamedTuple):
    """All that facts are made of and that moves within an episode.

    Attributes:
        handling: digest and oldest row of what an intake compiles to, None where none is asked
            about.
    """

    handling: tuple[str | None, str | None]
    config: ConfigSubmission
    alarm_pending: bool
    run: RunFacts | None
    ledger: LedgerFacts | None
    gate: GateFacts
    registered: tuple[str, ...]


@once_each
def _lengths(quantiles: Quantiles) -> LengthFacts:
    return LengthFacts(longest=quantiles.longest)


def facts_at(now: Moment, standing: Standing) -> Facts:
    """The facts that rules read, at this moment."""
    digest, oldest = now.handling
    return Facts(
        handling_digest=digest,
        oldest_row=oldest,
        stand_in=standing.stand_in,
        lengths=_lengths(standing.quantiles),
        config=now.config,
        base_revision=standing.base_revision,
        alarm_pending=now.alarm_pending,
        run=now.run,
        ledger=now.ledger,
        gate=now.gate,
        registered=now.registered,
    )
