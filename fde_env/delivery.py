"""Seat an agent and play one delivery to its end."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, cast

from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError
from fde_env.intervene import MisreaderPolicy, ReferencePolicy
from fde_env.observation import Observation
from fde_env.result import Result

Act = Callable[[Observation], Any]
Follower = Callable[[Any, Observation], None]

AGENTS: Final = ("reference", "misreader", "careful", "configurator", "null", "random")


def make_agent(name: str, env: FDEDeliveryEnv, seed: int = 0) -> Act:
    """The agent called `name`, or the one at `module:Name`, as a function.

    `reference` and `misreader` read the truth; all others see observations alone.

    Raises:
        UsageError: there is no such agent.
    """
    if name == "reference":
        return ReferencePolicy(env).act
    if name == "misreader":
        return MisreaderPolicy(env).act
    # Agents are another package's business; it is loaded only when one is seated.
    base = import_module("fde_agents.base")
    if ":" in name:
        return cast("Act", base.acting(base.load(name)))
    scripted = import_module("fde_agents.scripted")
    made: dict[str, Callable[[], Any]] = {
        "careful": scripted.CarefulPolicy,
        "configurator": scripted.ConfiguratorPolicy,
        "null": scripted.NullPolicy,
        "random": lambda: scripted.RandomPolicy(seed),
    }
    if name in made:
        return cast("Act", made[name]().act)
    raise UsageError(f"no agent {name!r}; use one of {', '.join(AGENTS)}, or module:Name")


def deliver(env: FDEDeliveryEnv, act: Act, follower: Follower | None = None) -> Result:
    """Play `act` on a fresh episode of `env` until it ends.

    Args:
        env: the environment, reset here; close it afterwards.
        act: from observation to action.
        follower: called after each step with the action and what it led to.

    Raises:
        InfrastructureError: the platform failed; there is no score.
    """
    observation, _ = env.reset()
    ended = False
    while not ended:
        action = act(observation)
        observation, _, terminated, truncated, _ = env.step(action)
        ended = terminated or truncated
        if follower is not None:
            follower(action, observation)
    return env.result
