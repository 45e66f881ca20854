"""Remembering what pure functions give for large immutable values, by identity.

A ticket and a run's evidence are made once a process and then shared; hashing or comparing them
whole would cost more than most of what is worked out from them. Every memory is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
KEPT: Final = 256


class Same(Generic[T]):
    """A value as a cache's key that goes by identity.

    The key holds its value, so that while a cache has it no other value can be taken for it.

    >>> one, other = (1, 2), tuple([1, 2])
    >>> Same(one) == Same(one), Same(one) == Same(other)
    (True, False)
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        """By identity."""
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        """By identity."""
        return isinstance(other, Same) and self.value is other.value


def once_each(function: Callable[[T], R]) -> Callable[[T], R]:
    """Remember what a pure function gave for each of the last `KEPT` values, by identity.

    Both the value and what is made from it must be immutable: the result is shared.
    """

    @lru_cache(maxsize=KEPT)
    def known(key: Same[T]) -> R:
        return function(key.value)

    @wraps(function)
    def ask(value: T) -> R:
        return known(Same(value))

    return ask
