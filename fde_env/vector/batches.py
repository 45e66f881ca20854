"""Observations of many environments as one, as Gymnasium's vector environments have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector.utils import concatenate, create_empty_array

Combine = Callable[[Sequence[Any]], Any]
ARRAYS = (spaces.Box, spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)


def stacker(space: gymnasium.Space[Any]) -> Combine:
    """Of `n` values of `space`, what makes one of `batch_space(space, n)`.

    That is what Gymnasium's `concatenate` makes, but the space is looked at once instead of at
    every step. Arrays are copied.
    """

    def stack(values: Sequence[Any]) -> Any:
        room: Any = create_empty_array(space, len(values))
        return concatenate(space, values, room)

    return _by_parts(space, stacker, stack, tuple)


def joiner(space: gymnasium.Space[Any]) -> Combine:
    """Of batches of `space`, what makes the batch of all."""
    return _by_parts(space, joiner, np.concatenate, _chained)


def _chained(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(chain.from_iterable(rows))


def _by_parts(
    space: gymnasium.Space[Any],
    inner: Callable[[gymnasium.Space[Any]], Combine],
    of_arrays: Combine,
    of_others: Combine,
) -> Combine:
    """`of_arrays` or `of_others` on each part of `space`."""
    if isinstance(space, spaces.Dict):
        named = [(name, inner(part)) for name, part in space.spaces.items()]
        return lambda values: {
            name: combine([value[name] for value in values]) for name, combine in named
        }
    if isinstance(space, spaces.Tuple):
        row = [inner(part) for part in space.spaces]
        return lambda values: tuple(
            combine([value[place] for value in values]) for place, combine in enumerate(row)
        )
    return of_arrays if isinstance(space, ARRAYS) else of_others
