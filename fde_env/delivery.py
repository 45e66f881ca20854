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

AGENTS: Final = ("reference", "misreader", "careful", "configurator", "null", "random", "human")
MODELS: Final = ("anthropic:MODEL", "openai:MODEL", "local:FOLDER")


def make_policy(name: str, env: FDEDeliveryEnv, seed: int = 0) -> Any:
    """The agent called `name`: a model's, a person's, or the one at `module:Name`.

    Options of a model follow its name: `openai:MODEL?base_url=...&token_budget=...`.
    `reference` and `misreader` read the truth; all others see observations alone. Models keep
    `usage` and `transcript` of the present episode.

    Raises:
        UsageError: there is no such agent, or it lacks a key or an option.
    """
    if name == "reference":
        return ReferencePolicy(env)
    if name == "misreader":
        return MisreaderPolicy(env)
    # Agents are another package's business; it is loaded only when one is seated.
    if ":" in name or name == "human":
        return import_module("fde_agents.seating").seated(name)
    scripted = import_module("fde_agents.scripted")
    made: dict[str, Callable[[], Any]] = {
        "careful": scripted.CarefulPolicy,
        "configurator": scripted.ConfiguratorPolicy,
        "null": scripted.NullPolicy,
        "random": lambda: scripted.RandomPolicy(seed),
    }
    if name in made:
        return made[name]()
    known = ", ".join((*AGENTS, *MODELS))
    raise UsageError(f"no agent {name!r}; use one of {known}, or module:Name")


def make_agent(name: str, env: FDEDeliveryEnv, seed: int = 0) -> Act:
    """The agent called `name` (see `make_policy`) as a function.

    Raises:
        UsageError: there is no such agent, or it lacks a key or an option.
    """
    acting = import_module("fde_agents.base").acting
    return cast("Act", acting(make_policy(name, env, seed)))


def deliver(env: FDEDeliveryEnv, act: Act, follower: Follower | None = None) -> Result:
    """Play `act` on a fresh episode of `env` until it ends.

    Args:
        env: the environment, reset here; close it afterwards.
        act: from observation to action.
        follower: called after each step with the action and what it led to.

    Raises:
        InfrastructureError: the platform failed; there is no score.
        SeatError: the agent gave no action; there is no score.
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
