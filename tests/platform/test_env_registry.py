"""An environment on a registry of the operator's: entries land there, forks leave it alone."""

from __future__ import annotations

import pytest
from delivery_kit import SMOKE, STORE, changed, go_on, play

from fde_env.env import FDEDeliveryEnv
from fde_env.intervene import ReferencePolicy
from fde_env.platform.registry import MemoryRegistry
from fde_env.runs.store import Store


def env_on(registry: MemoryRegistry | None, **options: object) -> FDEDeliveryEnv:
    chosen = {"execution": "replay", "trap": "permute", **SMOKE, **options}
    return FDEDeliveryEnv(store=Store(STORE), registry=registry, **chosen)


def test_a_registered_model_lands_in_the_registry_that_was_given() -> None:
    registry = MemoryRegistry()
    env = play(env_on(registry), "reference").env
    entry = registry.lookup(registry.names()[0])
    assert entry is not None
    assert entry.run_id == env.result.run_id
    assert env.result.reward == 1.0


def test_without_one_each_episode_has_its_own() -> None:
    env = env_on(None)
    assert play(env, "reference").total == play(env, "reference").total == 1.0


def test_a_name_of_an_earlier_episode_is_taken() -> None:
    registry = MemoryRegistry()
    play(env_on(registry), "reference")
    trace = play(env_on(registry), "reference", until="register")
    trace.env.step(ReferencePolicy(trace.env).act({}))
    assert "registered already" in str(trace.env._observation)


def test_a_fork_does_not_reach_the_operators_registry() -> None:
    registry = MemoryRegistry()
    trace = play(env_on(registry), "reference", until="register")
    trace.env = trace.env.fork()
    go_on(trace, "reference")
    assert trace.env.result.reward == 1.0
    assert registry.names() == ()


def ship(env: FDEDeliveryEnv, seen: dict[str, object]) -> object:
    if seen["stage"] == "deploy":
        return changed(env, "deploy", action="ship")
    return ReferencePolicy(env).act(seen)


@pytest.mark.parametrize(("gate", "moved"), [("hard", False), ("soft", True)])
def test_a_ship_moves_production_behind_a_soft_gate_alone(gate: str, *, moved: bool) -> None:
    registry = MemoryRegistry()
    env = play(env_on(registry, gate=gate), ship).env
    assert (registry.in_production() is not None) is moved
    assert env.result.ship_attempts == 1


@pytest.mark.parametrize("agent", ["reference", "misreader"])
def test_staging_and_holding_move_nothing(agent: str) -> None:
    registry = MemoryRegistry()
    play(env_on(registry), agent)
    assert registry.in_production() is None
