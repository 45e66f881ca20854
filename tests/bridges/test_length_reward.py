"""Length shaping: no success is pushed below its group, and nothing else is touched."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_env.bridges.length_reward import SUCCESS, length_reward, length_rewards
from fde_env.errors import InfrastructureError, ReplayMiss, UsageError

RETURNS = st.sampled_from([0.0, 0.05, 0.1, 0.25, 0.45, SUCCESS])
GROUPS = st.lists(st.tuples(RETURNS, st.integers(1, 60_000)), min_size=1, max_size=16)
STRENGTHS = st.floats(0, 100)


def advantages(returns: list[float], paid: list[float]) -> np.ndarray[Any, Any]:
    """As TRL has them: in single precision, over the group's mean and deviation."""
    rewards = np.array([returns, paid], dtype=np.float32).sum(axis=0)
    spread = rewards.std(ddof=1) if len(rewards) > 1 else np.float32(0)
    centred: np.ndarray[Any, Any] = (rewards - rewards.mean()) / (spread + np.float32(1e-4))
    return centred


@given(group=GROUPS, strength=STRENGTHS)
def test_no_success_gets_a_negative_advantage(group: list[Any], strength: float) -> None:
    returns = [item[0] for item in group]
    paid = length_rewards(returns, [item[1] for item in group], strength)
    for value, advantage in zip(returns, advantages(returns, paid), strict=True):
        # What is left below zero is the rounding of a mean of equal numbers.
        assert value < SUCCESS or advantage > -2e-3


@given(group=GROUPS, strength=STRENGTHS)
def test_failures_and_successes_up_to_the_mean_are_never_charged(
    group: list[Any], strength: float
) -> None:
    paid = length_rewards([item[0] for item in group], [item[1] for item in group], strength)
    won = [length for value, length in group if value >= SUCCESS]
    for (value, length), reward in zip(group, paid, strict=True):
        assert reward <= 0
        if value < SUCCESS or length <= np.mean(won):
            assert reward == 0


@given(group=GROUPS, strength=STRENGTHS)
def test_a_longer_success_is_never_charged_less(group: list[Any], strength: float) -> None:
    paid = length_rewards([item[0] for item in group], [item[1] for item in group], strength)
    won = [(item[1], reward) for item, reward in zip(group, paid, strict=True) if item[0] == 1]
    ordered = sorted(won)
    assert all(a[1] >= b[1] - 1e-12 for a, b in pairwise(ordered))


@given(group=GROUPS, strength=STRENGTHS, shift=st.randoms())
def test_the_order_of_rollouts_does_not_matter(
    group: list[Any], strength: float, shift: Any
) -> None:
    other = list(range(len(group)))
    shift.shuffle(other)
    paid = length_rewards([g[0] for g in group], [g[1] for g in group], strength)
    moved = length_rewards([group[i][0] for i in other], [group[i][1] for i in other], strength)
    assert moved == pytest.approx([paid[i] for i in other], abs=1e-9)


def test_length_costs_what_was_asked_for_where_failures_leave_room() -> None:
    paid = length_rewards([1.0, 1.0, 0.0, 0.0], [100, 300, 50, 900], strength=0.1)
    # Mean 200, deviation 100: the longer success is one deviation above the fit.
    assert paid == pytest.approx([0.0, -0.1, 0.0, 0.0])


def test_a_greedy_strength_is_cut_below_the_bound() -> None:
    returns, lengths = [1.0, 1.0, 0.0, 0.0], [100, 300, 50, 900]
    paid = length_rewards(returns, lengths, strength=50.0)
    assert advantages(returns, paid)[1] > 0
    assert paid[1] == pytest.approx(-0.9 * 0.5 / 0.75)


def test_where_all_succeed_nothing_is_charged() -> None:
    assert length_rewards([1.0] * 4, [10, 20, 30, 4000], strength=1.0) == [0.0] * 4


def test_wrong_lists_are_the_callers_mistake() -> None:
    with pytest.raises(UsageError, match="one length a return"):
        length_rewards([1.0], [1, 2], strength=0.1)


@dataclass
class Rollout:
    """Stands for an ended rollout; the real ones are in test_grpo.py."""

    earned: float | InfrastructureError

    def get_reward(self) -> float:
        if isinstance(self.earned, InfrastructureError):
            raise self.earned
        return self.earned


def call(rollouts: list[Rollout], lengths: list[int], **columns: Any) -> list[float]:
    return length_reward(num_generations=2, strength=0.1)(
        prompts=[[]] * len(rollouts),
        completions=[[]] * len(rollouts),
        completion_ids=[[0] * length for length in lengths],
        environments=rollouts,
        **columns,
    )


def test_groups_are_shaped_apart() -> None:
    rollouts = [Rollout(1.0), Rollout(0.0), Rollout(1.0), Rollout(1.0)]
    # Neither group has two successes and a failure, so nothing is charged in either.
    assert call(rollouts, [10, 20, 10, 900], ticket=["a", "a", "b", "b"]) == [0.0] * 4


def test_a_torn_group_is_refused() -> None:
    with pytest.raises(UsageError, match="whole groups"):
        call([Rollout(1.0)] * 3, [1, 2, 3])
    with pytest.raises(UsageError, match="whole groups"):
        call([Rollout(1.0)] * 2, [1, 2], ticket=["a", "b"])


def test_a_rollout_without_a_score_is_raised() -> None:
    with pytest.raises(ReplayMiss):
        call([Rollout(1.0), Rollout(ReplayMiss("gone"))], [1, 2])
