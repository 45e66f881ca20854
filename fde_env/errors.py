"""The error model: one base, one type for each boundary that can be crossed.

Two families matter to whoever reads a result:

* `AgentFault`: the policy sent something that cannot be used. The environment
  turns it into text in the next observation; it costs a step and is never raised
  out of `step()`.
* `InfrastructureError`: the machine, the sandbox or the store failed. It is raised,
  ends the episode without a score, and must never be counted against an agent.

A third family is raised by the seat itself, out of `act()`, and ends the episode there:

* `SeatError`: no action came. Each of its four kinds is counted apart: `AgentRefused` (the
  agent declines to act), `NoUsableAction` (it acts, but with nothing that could be sent on),
  `BudgetSpent` (its tokens or dollars are used up) and `ProviderError` (whoever serves the
  model failed, after retries; like an infrastructure error never the agent's).

Everything else (`UsageError`) is a mistake of the person who calls the library.
Every message names what was refused and what to do next.
"""

from __future__ import annotations


class FDEError(Exception):
    """Base of every error that this project raises on purpose."""


class UsageError(FDEError):
    """The caller asked the library for something that it does not offer."""


class AgentFault(FDEError):
    """A policy's action crossed a boundary; shown to it, never raised to the caller."""


class MalformedAction(AgentFault):
    """The action is not a known tool with valid arguments."""


class OutOfOrder(AgentFault):
    """The action is valid but not at this stage of the delivery."""


class CompileError(AgentFault):
    """Intake or plan name data, columns or views that the customer's drop lacks."""


class AlreadyRegistered(AgentFault):
    """The registry holds an entry of that name, and entries are never replaced."""


class InfrastructureError(FDEError):
    """The platform failed; the episode has no score."""


class BackendUnavailable(InfrastructureError):
    """The sandbox backend that was asked for cannot run on this machine."""


class SandboxFailed(InfrastructureError):
    """A sandboxed job ended without leaving the files that its protocol promises."""


class ReplayMiss(InfrastructureError):
    """`execution="replay"` was asked for a run that the store does not hold.

    Attributes:
        own_fault: the right run is held, and what was submitted has failed already. Otherwise an
            agent could have its lost episodes left out by asking for what nobody has trained.
    """

    own_fault: bool = False


class StoreCorrupt(InfrastructureError):
    """A stored record does not hash to the name it is kept under."""


class RecordMismatch(StoreCorrupt):
    """A stored record's provenance differs from this machine's under strict replay."""


class SeatError(FDEError):
    """The seat gave no action; the episode ends where it stands."""


class AgentRefused(SeatError):
    """The agent declines to act: a model's refusal, or a person who leaves."""


class NoUsableAction(SeatError):
    """The agent answers, but for too long with nothing that is a tool call: its own failure."""


class BudgetSpent(SeatError):
    """The episode's budget of tokens or dollars cannot pay for another request."""


class ProviderError(SeatError):
    """Whoever serves the model failed, and trying again did not help."""


class RateLimited(ProviderError):
    """The provider wants fewer requests than the retries allow for (HTTP 429)."""


class ProviderOverloaded(ProviderError):
    """The provider is out of order or overloaded (HTTP 5xx, 529 among them)."""


class ProviderTimeout(ProviderError):
    """No answer came within the time limit."""


class ConnectionLost(ProviderError):
    """The provider could not be reached, or the connection broke off."""


class BadResponse(ProviderError):
    """The provider answered with something that its own protocol does not allow."""


class RequestRejected(ProviderError):
    """The provider does not take the request (other HTTP 4xx): key, model name or parameters."""


class RegistryFailed(InfrastructureError):
    """The model registry could not be read or written."""


class NotVouched(UsageError):
    """A signed statement does not hold: altered, forged, or by a key that was not named."""


class NotApproved(UsageError):
    """Production was asked to change without an approval that covers exactly this."""


class NotPayable(UsageError):
    """Payment was asked for what the acceptance gate has not accepted."""


class CardContradicted(UsageError):
    """A model card says what the record contradicts, so it is not written."""
