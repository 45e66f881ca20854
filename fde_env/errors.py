"""The error model: one base, one type for each boundary that can be crossed.

Two families matter to whoever reads a result:

* `AgentFault`: the policy sent something that cannot be used. The environment
  turns it into text in the next observation; it costs a step and is never raised
  out of `step()`.
* `InfrastructureError`: the machine, the sandbox or the store failed. It is raised,
  ends the episode without a score, and must never be counted against an agent.

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
    """`execution="replay"` was asked for a run that the store does not hold."""


class StoreCorrupt(InfrastructureError):
    """A stored record does not hash to the name it is kept under."""


class RecordMismatch(StoreCorrupt):
    """A stored record's provenance differs from this machine's under strict replay."""
