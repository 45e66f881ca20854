"""The model registry: one entry a name, for good; one of them is in production.

`ModelRegistry` is what the environment needs of one; `MemoryRegistry` is the default and the
twin that forks and replays write to. `mlflow_registry.py` is one that stays. All of them meet
the same tests, `tests/platform/test_registry.py`; another implementation joins them there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from fde_env.contract.submissions.register import RegisterSubmission
from fde_env.errors import AlreadyRegistered, UsageError


class ModelRegistry(Protocol):
    """What the environment and the gate ask of a registry."""

    def register(self, entry: RegisterSubmission) -> None:
        """Enter a model under `entry.name`; raise `AlreadyRegistered` if the name is taken."""

    def lookup(self, name: str) -> RegisterSubmission | None:
        """Return the entry of that name, or None."""

    def names(self) -> tuple[str, ...]:
        """Return the names taken, in the order of their registration."""

    def promote(self, name: str) -> None:
        """Put `name` into production in the place of what is there.

        Only the gate calls this. Raises `UsageError` if the name is not registered.
        """

    def in_production(self) -> str | None:
        """Return the name that is in production, or None."""

    def twin(self) -> MemoryRegistry:
        """Return an independent copy in memory, for forks and replays."""


class MemoryRegistry:
    """A registry that lives as long as the object."""

    def __init__(self, entries: Iterable[RegisterSubmission] = ()) -> None:
        """Start with `entries`, each name once."""
        self._entries: dict[str, RegisterSubmission] = {}
        self._production: str | None = None
        for entry in entries:
            self.register(entry)

    def register(self, entry: RegisterSubmission) -> None:
        """Enter a model under its name.

        Raises:
            AlreadyRegistered: The name is taken, by whatever model.
        """
        if entry.name in self._entries:
            raise taken(entry.name)
        self._entries[entry.name] = entry

    def lookup(self, name: str) -> RegisterSubmission | None:
        """Return the entry of that name, or None."""
        return self._entries.get(name)

    def names(self) -> tuple[str, ...]:
        """Return the names taken, in the order of their registration."""
        return tuple(self._entries)

    def promote(self, name: str) -> None:
        """Put `name` into production.

        Raises:
            UsageError: It is not registered.
        """
        if name not in self._entries:
            raise unknown(name)
        self._production = name

    def in_production(self) -> str | None:
        """Return the name that is in production, or None."""
        return self._production

    def twin(self) -> MemoryRegistry:
        """Return an independent copy."""
        copied = MemoryRegistry(self._entries.values())
        copied._production = self._production
        return copied


def taken(name: str) -> AlreadyRegistered:
    """The error of a name that is taken, in the words of every registry."""
    return AlreadyRegistered(
        f"a model named {name!r} is registered already and an entry is never "
        "replaced; choose another name"
    )


def unknown(name: str) -> UsageError:
    """The error of a name that is not there, in the words of every registry."""
    return UsageError(f"no model named {name!r} is registered; register it before it is promoted")


def enter_once(registry: ModelRegistry, entry: RegisterSubmission) -> None:
    """Register `entry` unless this very entry is there.

    Raises:
        AlreadyRegistered: another model has the name.
    """
    if registry.lookup(entry.name) != entry:
        registry.register(entry)
