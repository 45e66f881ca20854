"""Vector environments side by side, and toys that behave badly on purpose."""

from __future__ import annotations

import time
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """Equal to the order of keys, the type of arrays and of what they hold."""
    assert type(one) is type(other), where
    if isinstance(one, dict):
        assert list(one) == list(other), where
        for key, value in one.items():
            assert_same(value, other[key], f"{where}[{key!r}]")
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other), where
        for place, value in enumerate(one):
            assert_same(value, other[place], f"{where}[{place}]")
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape), where
        assert_same(one.tolist(), other.tolist(), where)
    else:
        assert one == other, where


class Toy(gym.Env[Any, Any]):
    """Does what an action says: sleeps, or raises an exception, or neither."""

    def __init__(self, seconds: float = 600.0) -> None:
        self.observation_space = spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.action_space = spaces.Discrete(3)
        self.seconds, self.closings = seconds, 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action: Any) -> Any:
        if action == "sleep":
            time.sleep(self.seconds)
        if action == "local":
            raise Stubborn(1, 2)
        return np.ones(2, np.float32), 1.0, False, False, {}

    def own(self) -> Any:
        """Something that cannot be sent."""
        return lambda: None


class Stubborn(Exception):  # noqa: N818
    """Cannot be made again from its arguments."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")
