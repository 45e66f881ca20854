"""`gym.make_vec` in both modes shows what single environments show, step by step."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from delivery_kit import SMOKE, STORE, make, play

import fde_env  # noqa: F401  # registers FDE-v0
from fde_env.runs.store import HOME_VARIABLE

NEVER = {"tool": "read_ticket", "arguments": {}}


def one_of(batch: Any, index: int) -> Any:
    return {name: batch[name][index] for name in batch}


@pytest.mark.parametrize("mode", ["sync", "async"])
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


@pytest.mark.parametrize("mode", ["sync", "async"])
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
