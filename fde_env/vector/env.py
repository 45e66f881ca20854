"""`DeliveryVectorEnv`: many environments at once, spread over the cores of this machine."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np
from gymnasium.error import ClosedEnvironmentError
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from fde_env.bench.workers import cores
from fde_env.errors import UsageError
from fde_env.vector.batches import joiner
from fde_env.vector.chunk import OWN_CALLS, Maker, Shown
from fde_env.vector.crew import Crew
from fde_env.vector.infos import arrays, joined

Batch = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]


class DeliveryVectorEnv(VectorEnv[Any, Any, NDArray[Any]]):
    """Equal environments side by side: what Gymnasium's vector environments show, for less.

    A process holds many environments and gets one message a step, since a step of replay takes
    some 50 us, no longer than waking a process does.

    Args:
        maker: makes one environment.
        num_envs: how many, 1 or more.
        processes: over how many processes they are spread, this one among them; by default one a
            core.
        autoreset_mode: when an ended environment is reset; see `gymnasium.vector.AutoresetMode`.

    What an environment raises in `reset` or `step` is raised here, and everything is closed then.
    Observations are batched as the space says, for `FDE-v0` a tuple of `num_envs` values a part.

    Raises:
        UsageError: a number is below 1.
    """

    def __init__(
        self,
        maker: Maker,
        num_envs: int = 1,
        *,
        processes: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        processes = cores() if processes is None else processes
        if num_envs < 1 or processes < 1:
            raise UsageError(f"num_envs and processes are 1 or more, not {num_envs}, {processes}")
        # Says what is wrong with the options, before a process dies of it.
        model = maker()
        self.num_envs, self._mode = num_envs, AutoresetMode(autoreset_mode)
        self.metadata = {**model.metadata, "autoreset_mode": self._mode}
        self.render_mode = model.render_mode
        self.single_observation_space = model.observation_space
        self.single_action_space = model.action_space
        self.observation_space = batch_space(model.observation_space, num_envs)
        self.action_space = batch_space(model.action_space, num_envs)
        self._join = joiner(model.observation_space)
        model.close()
        self._ended = np.zeros(num_envs, np.bool_)
        self._cuts = _cuts(num_envs, min(processes, num_envs))
        self._crew = Crew(self._split([maker] * num_envs), self._mode)
        # Also before multiprocessing ends its children, for whom it would wait without a limit.
        self._finalizer = weakref.finalize(self, self._crew.stop, now=True)

    @property
    def processes(self) -> tuple[BaseProcess, ...]:
        """Those that the environments are spread over, but for this one."""
        return self._crew.processes

    # The Gymnasium interface

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Start all environments anew, or those that `options["reset_mask"]` has.

        Args:
            seed: one for each environment, or that of the first, the next has the next.
            options: as for one environment, the same for all. `reset_mask`, a bool array of shape
                (num_envs,), chooses some; the others show their last observation again.

        Returns:
            Observations and infos.

        Raises:
            UsageError: seeds or mask do not fit, or an environment refuses its options.
            InfrastructureError: a process died.
        """
        self._check_open()
        seeds, given = self._seeds(seed), dict(options or {})
        mask = given.pop("reset_mask", None)
        if mask is not None:
            self._check_mask(mask)
        chosen = np.ones(self.num_envs, np.bool_) if mask is None else mask
        parts = zip(self._split(seeds), self._split(chosen.tolist()), strict=True)
        arguments = [
            (some, given if options is not None else None, None if mask is None else which)
            for some, which in parts
        ]
        shown = self._ask("reset", arguments, fatal=True)
        self._ended[chosen] = False
        return self._merged(shown)

    def step(self, actions: Any) -> Batch:
        """One action for each environment.

        Args:
            actions: a sequence of `num_envs` actions.

        Returns:
            Observations, rewards (float64), terminated and truncated (bool), each of shape
            (num_envs,), and infos.

        Raises:
            UsageError: the number of actions is another, or without autoreset one has ended.
            InfrastructureError: a platform or a process failed; no episode has a score.
        """
        self._check_open()
        if isinstance(actions, (str, bytes, Mapping)) or len(actions) != self.num_envs:
            raise UsageError(f"step takes a sequence of {self.num_envs} actions, one each")
        if self._mode is AutoresetMode.DISABLED and self._ended.any():
            raise UsageError(
                f"environments {np.flatnonzero(self._ended).tolist()} have ended; reset them "
                'first, by reset(options={"reset_mask": mask})'
            )
        arguments = [(some,) for some in self._split(actions)]
        answers = self._ask("step", arguments, fatal=True)
        observations, told = self._merged([part.shown for part in answers])
        rewards = self._array((part.rewards for part in answers), np.float64)
        terminated = self._array((part.terminated for part in answers), np.bool_)
        truncated = self._array((part.truncated for part in answers), np.bool_)
        self._ended = terminated | truncated
        return observations, rewards, terminated, truncated, told

    def render(self) -> tuple[Any, ...]:
        """What `render` of each environment gives."""
        return self.call("render")

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """A method of each environment called, or an attribute of each.

        Raises:
            UsageError: it is one that this class must know of, or its result cannot be sent.
        """
        self._check_open()
        if name in OWN_CALLS:
            raise UsageError(f"{name} is called directly, not by `call`")
        arguments = [(name, args, kwargs)] * len(self._cuts)
        return tuple(chain.from_iterable(self._ask("call", arguments, fatal=False)))

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """An attribute of each environment."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Set an attribute of all environments, or of each to its own where a list is given.

        Raises:
            UsageError: the list has another length.
        """
        self._check_open()
        each = list(values) if isinstance(values, (list, tuple)) else [values] * self.num_envs
        if len(each) != self.num_envs:
            raise UsageError(f"set_attr takes {self.num_envs} values or a single one")
        self._ask("assign", [(name, some) for some in self._split(each)], fatal=False)

    @property
    def np_random_seed(self) -> tuple[int, ...]:  # type: ignore[override]  # as in Gymnasium's own
        """The seed of each environment's generator."""
        return self.get_attr("np_random_seed")

    @property  # type: ignore[misc]  # one for all is settable; Gymnasium's own have it as here
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The generator of each environment; a copy where it is in another process."""
        return self.get_attr("np_random")

    def close_extras(self, *, terminate: bool = False, **kwargs: Any) -> None:
        """Close the environments and end their processes; `terminate` also those at work."""
        del kwargs
        self._finalizer.detach()
        self._crew.stop(now=terminate)

    # Inner parts

    def _ask(self, name: str, arguments: list[tuple[Any, ...]], *, fatal: bool) -> list[Any]:
        try:
            return self._crew.ask(name, arguments, fatal=fatal)
        finally:
            self.closed = self._crew.stopped

    def _split(self, values: Sequence[Any]) -> list[Sequence[Any]]:
        """The values of each chunk."""
        return [values[start:end] for start, end in self._cuts]

    def _merged(self, shown: Sequence[Shown]) -> tuple[Any, dict[str, Any]]:
        """Observations and infos of all."""
        told = arrays(joined([part.infos for part in shown]), self.num_envs)
        if len(shown) == 1:
            return shown[0].observations, told
        return self._join([part.observations for part in shown]), told

    def _array(self, parts: Iterable[list[Any]], kind: Any) -> NDArray[Any]:
        return np.fromiter(chain.from_iterable(parts), kind, self.num_envs)

    def _seeds(self, seed: int | Sequence[int | None] | None) -> list[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, (int, np.integer)):
            return [int(seed) + place for place in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise UsageError(f"reset takes {self.num_envs} seeds or a single one, not {len(seed)}")
        return list(seed)

    def _check_mask(self, mask: Any) -> None:
        fits = isinstance(mask, np.ndarray) and mask.shape == (self.num_envs,)
        if not fits or mask.dtype != np.bool_ or not mask.any():
            raise UsageError(
                f"reset_mask is a bool array of shape ({self.num_envs},) with one True at least"
            )

    def _check_open(self) -> None:
        if self.closed:
            raise ClosedEnvironmentError("the vector environment is closed; make it anew")


def _cuts(count: int, parts: int) -> list[tuple[int, int]]:
    """`count` places in `parts` runs, the sizes at most one apart."""
    ends = [count * (part + 1) // parts for part in range(parts)]
    return list(zip([0, *ends[:-1]], ends, strict=True))
