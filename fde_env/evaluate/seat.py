"""A policy in the seat, with the optional things that a policy may offer besides `act`.

* `usage`: an object with `input_tokens`, `output_tokens`, `cached_tokens`, `requests` and `dollars`
  of this episode so far; a missing or None one is unknown.
* `transcript`: what was said in the agent's own words, a list of JSON values, or an object with
  `entries()`.
* `ask(question) -> str`: answers a question outside the delivery (`fde_env.evaluate.knowing`).
* `fork() -> policy`: an independent copy; without it the policy is deep-copied.
* `reseed(seed)`: called before the first observation, so that trials differ.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, Field

from fde_env.contract.base import Frozen
from fde_env.delivery import make_policy
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError

# They hold the environment that they read the truth from, so a branch gets a new one.
TRUTH_READERS: Final = ("reference", "misreader")


class Usage(Frozen):
    """What the agent used up in an episode; None where it does not say."""

    input_tokens: int | None = Field(default=None, description="Cached ones among them.")
    output_tokens: int | None = None
    cached_tokens: int | None = None
    requests: int | None = None
    dollars: float | None = Field(default=None, description="US dollars paid to the provider.")


@dataclass(frozen=True)
class Seat:
    """One policy, seated for one episode."""

    agent: str
    seed: int
    policy: Any

    @classmethod
    def take(cls, agent: str, seed: int, env: FDEDeliveryEnv) -> Seat:
        """Seat a fresh policy.

        Raises:
            UsageError: there is no such agent.
        """
        policy = make_policy(agent, env, seed)
        if callable(reseed := getattr(policy, "reseed", None)):
            reseed(seed)
        return cls(agent, seed, policy)

    @property
    def act(self) -> Callable[[Any], Any]:
        """From observation to action."""
        found: Callable[[Any], Any] = getattr(self.policy, "act", self.policy)
        return found

    def fork(self, env: FDEDeliveryEnv) -> Seat:
        """An independent copy of the policy, to play on in `env`.

        Raises:
            UsageError: the policy cannot be copied.
        """
        if self.agent in TRUTH_READERS:
            return Seat.take(self.agent, self.seed, env)
        own = getattr(self.policy, "fork", None)
        try:
            return Seat(self.agent, self.seed, own() if callable(own) else _copy(self.policy))
        except (TypeError, AttributeError, copy.Error) as error:
            raise UsageError(
                f"agent {self.agent!r} cannot be branched ({error}); give it fork() -> policy"
            ) from error

    def usage(self) -> Usage:
        """What was used so far, as far as the policy says."""
        told = getattr(self.policy, "usage", None)
        told = told() if callable(told) else told
        if told is None:
            return Usage()
        values = {
            name: told.get(name) if isinstance(told, dict) else getattr(told, name, None)
            for name in Usage.model_fields
        }
        return Usage.model_validate(values)

    def transcript(self) -> list[Any] | None:
        """The agent's own record of the episode, None when it keeps none."""
        kept = getattr(self.policy, "transcript", None)
        kept = kept() if callable(kept) else kept
        entries = getattr(kept, "entries", None)
        kept = entries() if callable(entries) else kept
        return None if kept is None else [plain(item) for item in kept]

    @property
    def answers(self) -> bool:
        """Whether the policy answers questions."""
        return callable(getattr(self.policy, "ask", None))

    def ask(self, question: str) -> str | None:
        """The answer to `question`, None from a policy that answers none."""
        return str(self.policy.ask(question)) if self.answers else None


def _copy(policy: Any) -> Any:
    # A plain function has no state of its own to copy.
    return policy if callable(policy) and not hasattr(policy, "act") else copy.deepcopy(policy)


def plain(value: Any) -> Any:
    """`value` as JSON holds it; what JSON cannot hold is named by its type."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return {"not_json": type(value).__name__}
