"""Gymnasium spaces over pydantic types, for structured actions and text observations.

`JsonSpace` holds any JSON value that a `TypeAdapter` accepts. It also teaches Gymnasium's
asynchronous vector environments to pass such values through shared memory: the stock
text space passes them wrongly, since it reads the memory once and not at every step.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from gymnasium import Space
from gymnasium.vector.utils.shared_memory import (
    create_shared_memory,
    read_from_shared_memory,
    write_to_shared_memory,
)
from pydantic import TypeAdapter, ValidationError

HEADER = 4


class JsonSpace(Space[Any]):
    """Values that `adapter` validates, in JSON form.

    Args:
        adapter: decides membership; strict JSON types.
        draw: makes a valid value from a random generator, for `sample`.
        name: shown by `repr`, and what equality goes by.
        capacity: the most bytes of JSON that a value may take in shared memory.
        seed: seed of `sample`.
    """

    def __init__(
        self,
        adapter: TypeAdapter[Any],
        draw: Callable[[np.random.Generator], Any],
        name: str,
        capacity: int = 1 << 16,
        seed: int | None = None,
    ) -> None:
        self.adapter, self.draw, self.name, self.capacity = adapter, draw, name, capacity
        super().__init__(shape=None, dtype=None, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """JSON values have no fixed number of components."""
        return False

    def sample(self, mask: Any = None, probability: Any = None) -> Any:
        """A random valid value; masks are not supported."""
        if mask is not None or probability is not None:
            raise ValueError("JsonSpace.sample takes neither mask nor probability")
        return self.draw(self.np_random)

    def contains(self, x: Any) -> bool:
        """Whether `x` is a plain JSON value of this type."""
        try:
            self.adapter.validate_json(json.dumps(x))
        except (ValidationError, TypeError, ValueError, RecursionError):
            return False
        return True

    def __repr__(self) -> str:
        """Name of the space."""
        return f"JsonSpace({self.name})"

    def __eq__(self, other: object) -> bool:
        """Equal when name and capacity are."""
        return isinstance(other, JsonSpace) and (other.name, other.capacity) == (
            self.name,
            self.capacity,
        )

    __hash__ = None  # type: ignore[assignment]  # spaces are mutable (they hold a generator)


class SharedValues(Sequence[Any]):
    """The values of `n` environments, decoded from shared memory whenever they are read."""

    def __init__(self, buffer: Any, capacity: int, n: int) -> None:
        self._buffer, self._slot, self._n = buffer, capacity + HEADER, n

    def __len__(self) -> int:
        """Number of environments."""
        return self._n

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """The value of one environment, or of a slice of them."""
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(self._n)))
        if not -self._n <= index < self._n:
            raise IndexError(index)
        start = (index % self._n) * self._slot
        memory = memoryview(self._buffer.get_obj()).cast("B")
        size = int.from_bytes(memory[start : start + HEADER], "little")
        if size == 0:
            return None
        return json.loads(bytes(memory[start + HEADER : start + HEADER + size]))

    def __iter__(self) -> Iterator[Any]:
        """Values in the order of the environments."""
        return (self[i] for i in range(self._n))

    def __deepcopy__(self, memo: dict[int, Any]) -> tuple[Any, ...]:
        """A plain tuple that later steps no longer change."""
        return tuple(self)


@create_shared_memory.register(JsonSpace)
def _create(space: JsonSpace, n: int = 1, ctx: Any = multiprocessing) -> Any:
    return ctx.Array("B", n * (space.capacity + HEADER))


@read_from_shared_memory.register(JsonSpace)
def _read(space: JsonSpace, shared_memory: Any, n: int = 1) -> Sequence[Any]:
    return SharedValues(shared_memory, space.capacity, n)


@write_to_shared_memory.register(JsonSpace)
def _write(space: JsonSpace, index: int, value: Any, shared_memory: Any) -> None:
    # At most six bytes a character this way (a control character), twelve in ASCII.
    content = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(content) > space.capacity:
        raise ValueError(f"{space} holds {space.capacity} bytes, not {len(content)}")
    start = index * (space.capacity + HEADER)
    memory = memoryview(shared_memory.get_obj()).cast("B")
    memory[start : start + HEADER] = len(content).to_bytes(HEADER, "little")
    memory[start + HEADER : start + HEADER + len(content)] = content
