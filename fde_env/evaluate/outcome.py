"""How an episode ended, in classes that are never mixed.

Three are the agent's and are scored; `agent_refusal` and `budget_spent` count as not delivered,
and are shown apart. The last two say nothing about the agent: such an episode has no score and
stays in the denominator, with bounds for both ways it could have gone.
"""

from __future__ import annotations

from enum import StrEnum

from fde_env.errors import (
    AgentRefused,
    BudgetSpent,
    InfrastructureError,
    ProviderError,
    ReplayMiss,
    SeatError,
    StoreCorrupt,
)


class Outcome(StrEnum):
    """The failure classes, and `delivered`."""

    DELIVERED = "delivered"
    AGENT_FAILURE = "agent_failure"
    AGENT_REFUSAL = "agent_refusal"
    BUDGET_SPENT = "budget_spent"
    PROVIDER_ERROR = "provider_error"
    INFRASTRUCTURE_ERROR = "infrastructure_error"

    @property
    def scored(self) -> bool:
        """Whether the episode says something about the agent."""
        return self not in (Outcome.PROVIDER_ERROR, Outcome.INFRASTRUCTURE_ERROR)


def outcome_of_seat(error: Exception) -> Outcome:
    """The class of an exception that came out of a policy.

    A policy that breaks off with an error of its own has failed as an agent; a connection that
    was lost under it has not.
    """
    if isinstance(error, AgentRefused):
        return Outcome.AGENT_REFUSAL
    if isinstance(error, BudgetSpent):
        return Outcome.BUDGET_SPENT
    if isinstance(error, ProviderError | ConnectionError | TimeoutError):
        return Outcome.PROVIDER_ERROR
    if isinstance(error, InfrastructureError | MemoryError):
        return Outcome.INFRASTRUCTURE_ERROR
    return Outcome.AGENT_FAILURE


def worth_retrying(error: Exception) -> bool:
    """Whether another try could end otherwise: what is not stored now is not stored then."""
    return not isinstance(error, ReplayMiss | StoreCorrupt)


def in_words(error: Exception) -> str:
    """An exception as one line of an episode's record."""
    if isinstance(error, SeatError | InfrastructureError):
        return f"{type(error).__name__}: {error}"
    return f"the policy or the platform raised {type(error).__name__}: {error}"
