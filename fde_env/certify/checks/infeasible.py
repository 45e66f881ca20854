"""What cannot be delivered is blocked when it is accepted; only a true reason to refuse pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from fde_env.certify.case import Case, OneTicketEnv
from fde_env.contract.meter import feasible_pools
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.truth import Truth
from fde_env.intervene import ReferencePolicy

WITHOUT_LIMIT = 1e9


@dataclass(frozen=True)
class _Decides:
    """The reference with another decision at intake."""

    env: OneTicketEnv
    decision: str
    reason: str

    def act(self, observation: object) -> dict[str, Any]:
        action = ReferencePolicy(self.env).act(observation)
        if action["tool"] == "submit_intake":
            action["arguments"] |= {"decision": self.decision, "refusal_reason": self.reason}
        return action


def figures_forbid(truth: Truth) -> RefusalReason:
    """Whether budget or deadline rule every pool out, by the papers alone; "none" if neither."""

    def pools(**limits: float) -> bool:
        policy = truth.policy.model_copy(update=limits)
        return bool(feasible_pools(truth.cluster, truth.prices, policy, truth.reference_config))

    if pools():
        return "none"
    return "deadline" if pools(deadline_hours=WITHOUT_LIMIT) else "budget"


def _decide(case: Case, decision: str, reason: str) -> tuple[str, float]:
    result = case.play(lambda env: _Decides(env, decision, reason)).result
    return result.ending, result.reward


def check(case: Case) -> Iterator[str]:
    """Decide in every way."""
    truth = case.truth
    forbidden, true = figures_forbid(truth), truth.refusal_reasons
    if forbidden != "none" and forbidden not in true:
        yield f"its figures rule every pool out ({forbidden}), which is no reason in its truth"
    for reason in ("budget", "deadline"):
        if reason in true and forbidden != reason:
            yield f"by its truth the {reason} forbids it; by its figures it does not"
    if truth.feasible:
        return
    if (outcome := _decide(case, "accept", "none")) != ("blocked", 0.0):
        yield f"accepted, it is {outcome[0]} and earns {outcome[1]:.2f}, not blocked with nothing"
    for reason in get_args(RefusalReason):
        earned, due = _decide(case, "refuse", reason)[1], 1.0 if reason in true else 0.0
        if earned != due:
            yield f"refused for {reason!r}, it earns {earned:.2f} and not {due:.2f}"
