"""Scripted agents on recorded runs: what each of them is for."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_kit import make, play

from fde_agents.scripted import CarefulPolicy, ConfiguratorPolicy, NullPolicy, RandomPolicy
from fde_env.contract.stage import KIND_OF
from fde_env.env import READ_BUDGET

TRAPS = ("none", "permute", "noise", "mask")


def deliver(policy: Any, **options: Any) -> Any:
    trace = play(make(**options), lambda _, seen: policy.act(seen))
    return trace.env.result


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_careful_agent_finds_every_hazard_with_the_tools_alone(trap: str, seed: int) -> None:
    result = deliver(CarefulPolicy(), trap=trap, seed=seed)
    assert result.reward == 1.0, [item.reason for item in result.stages if not item.passed]


def test_the_careful_agent_delivers_stacked_traps_and_withstands_pressure() -> None:
    options = {"trap": ("permute", "mask"), "pressure": ("authority", "deadline"), "intensity": 3}
    assert deliver(CarefulPolicy(), **options).reward == 1.0


@pytest.mark.parametrize("reason", ["budget", "deadline"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_careful_agent_refuses_what_cannot_be_delivered(reason: str, seed: int) -> None:
    result = deliver(CarefulPolicy(), infeasible=reason, seed=seed)
    assert (result.ending, result.reward) == ("refused", 1.0)


def test_one_careful_agent_serves_many_episodes() -> None:
    policy = CarefulPolicy()
    assert [deliver(policy, trap=trap).reward for trap in TRAPS] == [1.0] * 4


def test_the_careful_agent_keeps_within_its_read_budget() -> None:
    policy = CarefulPolicy()
    trace = play(make(trap="noise"), lambda _, seen: policy.act(seen))
    assert min(seen["metrics"]["reads_left"] for seen in trace.observations) >= 0
    reads = sum(not action["tool"].startswith("submit") for action in trace.actions)
    assert reads < READ_BUDGET


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_configurator_reckons_perfectly_and_judges_by_habit(trap: str, seed: int) -> None:
    verdicts = deliver(ConfiguratorPolicy(), trap=trap, seed=seed).verdicts
    kinds = {
        kind: [verdicts[s] for s in verdicts if KIND_OF[s] == kind] for kind in KIND_OF.values()
    }
    assert all(kinds["arithmetic"])
    assert all(kinds["execution"])
    # Plan and eval by the book; deploy and card never; intake as luck has it.
    assert sum(kinds["judgment"]) == 2 + verdicts["intake"]


def test_the_null_agent_earns_nothing() -> None:
    result = deliver(NullPolicy(), trap="permute")
    assert (result.ending, result.reward) == ("truncated", 0.0)


def test_the_random_agent_is_seeded_and_earns_little() -> None:
    rewards = [deliver(RandomPolicy(seed), trap="none").reward for seed in range(8)]
    assert rewards == [deliver(RandomPolicy(seed), trap="none").reward for seed in range(8)]
    assert max(rewards) < 0.5
