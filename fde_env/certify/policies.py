"""Agents with one fixed answer and otherwise the reference's: what a grader must not reward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from fde_env.certify.case import OneTicketEnv
from fde_env.intervene import ReferencePolicy


def _reference_but(env: OneTicketEnv, stage: str, **answers: Any) -> dict[str, Any]:
    action = ReferencePolicy(env).act({})
    if action["tool"] == f"submit_{stage}":
        action["arguments"] |= answers
    return action


@dataclass(frozen=True)
class AlwaysShip:
    """Ships whatever came out, past the gate."""

    env: OneTicketEnv

    def act(self, observation: object) -> dict[str, Any]:
        """The reference's action, but at deploy."""
        del observation
        return _reference_but(self.env, "deploy", action="ship")


@dataclass(frozen=True)
class AlwaysStage:
    """Stages whatever came out and advises approval."""

    env: OneTicketEnv

    def act(self, observation: object) -> dict[str, Any]:
        """The reference's action, but at deploy."""
        del observation
        return _reference_but(self.env, "deploy", action="stage", recommendation="approve")


@dataclass(frozen=True)
class AlwaysRefuse:
    """Refuses every ticket for one and the same reason."""

    env: OneTicketEnv
    reason: ClassVar[str] = "budget"

    def act(self, observation: object) -> dict[str, Any]:
        """The reference's action, but at intake."""
        del observation
        return _reference_but(
            self.env, "intake", decision="refuse", refusal_reason=AlwaysRefuse.reason
        )


@dataclass(frozen=True)
class AlwaysClaimLearned:
    """Says of every run that it learned, and asks for the fee."""

    env: OneTicketEnv

    def act(self, observation: object) -> dict[str, Any]:
        """The reference's action, but at eval and on the card."""
        del observation
        action = _reference_but(self.env, "eval", learned=True, recommendation="approve")
        if action["tool"] == "submit_card":
            told = [code for code in action["arguments"]["disclosures"] if code != "not_learned"]
            action["arguments"] |= {"learned": True, "billable": True, "disclosures": told}
        return action


FIXED: Final = MappingProxyType[str, Callable[[OneTicketEnv], Any]](
    {
        "always-ship": AlwaysShip,
        "always-stage": AlwaysStage,
        "always-claim-learned": AlwaysClaimLearned,
    }
)
