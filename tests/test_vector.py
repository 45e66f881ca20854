"""`gym.make_vec`, by default and in both modes, shows what single environments show."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from delivery_kit import SMOKE, STORE, make, play

import fde_env  # noqa: F401  # registers FDE-v0
from fde_env.errors import UsageError
from fde_env.runs.store import HOME_VARIABLE

# None is what `gym.make_vec("FDE-v0", num_envs=N)` takes by itself: our own, over the cores.
MODES = (None, "sync", "async")
NEVER = {"tool": "read_ticket", "arguments": {}}


def one_of(batch: Any, index: int) -> Any:
    return {name: batch[name][index] for name in batch}


@pytest.mark.parametrize("mode", MODES)
def test_vector_observations_equal_those_of_single_environments(
    mode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(STORE))
    options = {**SMOKE, "seed": None, "execution": "replay", "trap": "permute"}
    singles = [play(make(trap="permute", seed=None), "reference", seed=7 + i) for i in range(3)]
    venv = gym.make_vec("FDE-v0", num_envs=3, vectorization_mode=mode, **options)
    try:
        seen, _ = venv.reset(seed=7)
        for moment in range(10):
            for index, single in enumerate(singles):
                assert one_of(seen, index) == single.observations[moment], (moment, index)
            actions = tuple(single.actions[moment] for single in singles)
            seen, rewards, terminated, truncated, _ = venv.step(actions)
            assert rewards == pytest.approx([single.rewards[moment] for single in singles])
        assert np.all(terminated)
        assert not np.any(truncated)
        # The next step resets each, and the old observations stay as they were.
        assert one_of(seen, 0) == singles[0].observations[-1]
        seen, rewards, *_ = venv.step((NEVER, NEVER, NEVER))
        assert list(seen["stage"]) == ["intake"] * 3
        assert not np.any(rewards)
    finally:
        venv.close()


@pytest.mark.parametrize("mode", MODES)
def test_nonsense_and_the_largest_texts_pass_through(
    mode: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(STORE))
    options = {**SMOKE, "execution": "replay"}
    venv = gym.make_vec("FDE-v0", num_envs=2, vectorization_mode=mode, **options)
    single = make()
    try:
        venv.reset(seed=1)
        single.reset(seed=1)
        for filler in ("\U0001f600", "\x01", "é", '"'):
            # The largest echo of what an agent sent, in characters that are long in JSON.
            action = {
                "tool": "read_file",
                "arguments": {"name": filler * 70_000, "start": 0, "rows": 1},
            }
            seen = venv.step((action, {"tool": "nothing"}))[0]
            assert one_of(seen, 0) == single.step(action)[0]
            assert "no tool 'nothing'" in seen["message"][1]
    finally:
        venv.close()


@pytest.mark.parametrize(
    ("num_envs", "wanted", "started"), [(1, None, 0), (4, 1, 0), (4, 3, 2), (2, 5, 1)]
)
def test_environments_are_spread_over_as_many_processes_as_asked_for_this_one_among_them(
    num_envs: int, wanted: int | None, started: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(STORE))
    actions = play(make(), "reference").actions
    venv = gym.make_vec("FDE-v0", num_envs=num_envs, processes=wanted, execution="replay", **SMOKE)
    try:
        assert len({process.pid for process in venv.processes}) == started
        assert venv.num_envs == num_envs
        for _ in range(2):
            seen, _ = venv.reset(seed=3)
            assert len(seen["message"]) == num_envs
            for action in actions:
                seen, rewards, terminated, _, info = venv.step((action,) * num_envs)
            assert rewards.tolist() == [1.0] * num_envs
            assert terminated.all()
            assert list(info["ending"]) == ["delivered"] * num_envs
    finally:
        venv.close()


def test_an_unknown_option_is_named_before_a_process_is_started() -> None:
    with pytest.raises(UsageError, match="unknown option 'trapp'"):
        gym.make_vec("FDE-v0", num_envs=2, trapp="none")
