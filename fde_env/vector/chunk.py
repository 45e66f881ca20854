"""Some environments of a vector environment, played one after the other in one process."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import gymnasium
from gymnasium.vector import AutoresetMode

from fde_env.vector.batches import stacker
from fde_env.vector.infos import Columns, columns

Maker = Callable[[], gymnasium.Env[Any, Any]]
OWN_CALLS = frozenset({"reset", "step", "close"})
"""What `call` does not call: whether an environment waits for its reset is known here alone."""


class Shown(NamedTuple):
    """What a chunk shows: observations as `batches.stacker` makes them, and infos by key."""

    observations: Any
    infos: Columns


class Outcome(NamedTuple):
    """What one step of a chunk gave; the lists have a value an environment."""

    shown: Shown
    rewards: list[float]
    terminated: list[bool]
    truncated: list[bool]


class Chunk:
    """Environments side by side, each started anew when its episode has ended.

    Nothing that is returned is changed by later steps.

    Args:
        makers: one an environment.
        first: place of the first of them among all.
        mode: when an ended episode is followed by the next; see `gymnasium.vector.AutoresetMode`.
    """

    def __init__(self, makers: Sequence[Maker], first: int, mode: AutoresetMode) -> None:
        self._envs = [maker() for maker in makers]
        self._first, self._mode = first, mode
        self._stack = stacker(self._envs[0].observation_space)
        self._ended = [False] * len(makers)
        self._seen: list[Any] = [None] * len(makers)

    def reset(
        self,
        seeds: Sequence[int | None],
        options: dict[str, Any] | None,
        chosen: Sequence[bool] | None,
    ) -> Shown:
        """Start the chosen environments anew, all of them by default.

        Returns:
            The present observations, and the infos of those that were started.
        """
        places, infos = [], []
        # The others show again what they have shown.
        seen = list(self._seen) if chosen is None else copy.deepcopy(self._seen)
        for place, env in enumerate(self._envs):
            if chosen is None or chosen[place]:
                seen[place], info = env.reset(seed=seeds[place], options=options)
                self._ended[place] = False
                places.append(self._first + place)
                infos.append(info)
        return self._show(seen, columns(places, infos))

    def step(self, actions: Sequence[Any]) -> Outcome:
        """One action an environment; the one of an environment that is due for reset is lost."""
        seen, infos = [], []
        rewards, terminations, truncations = [], [], []
        for place, env in enumerate(self._envs):
            if self._ended[place] and self._mode is AutoresetMode.NEXT_STEP:
                observation, info = env.reset()
                reward, terminated, truncated = 0.0, False, False
            else:
                observation, earned, terminated, truncated, info = env.step(actions[place])
                reward = float(earned)
            ended = terminated or truncated
            if ended and self._mode is AutoresetMode.SAME_STEP:
                last = {"final_obs": observation, "final_info": info}
                observation, first = env.reset()
                info = last | first
            self._ended[place] = ended
            seen.append(observation)
            infos.append(info)
            rewards.append(reward)
            terminations.append(terminated)
            truncations.append(truncated)
        places = list(range(self._first, self._first + len(infos)))
        shown = self._show(seen, columns(places, infos))
        return Outcome(shown, rewards, terminations, truncations)

    def _show(self, seen: list[Any], infos: Columns) -> Shown:
        self._seen = seen
        return Shown(self._stack(seen), infos)

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The attribute `name` of each environment, called if it can be."""
        found = [env.get_wrapper_attr(name) for env in self._envs]
        return [item(*args, **kwargs) if callable(item) else item for item in found]

    def assign(self, name: str, values: Sequence[Any]) -> None:
        """Set the attribute `name` of each environment to its value."""
        for env, value in zip(self._envs, values, strict=True):
            env.set_wrapper_attr(name, value)

    def close(self) -> None:
        """Close the environments. Idempotent."""
        for env in self._envs:
            env.close()
