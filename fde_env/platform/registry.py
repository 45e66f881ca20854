"""The model registry: one entry a name, for good.

`ModelRegistry` is what the environment needs of one; `MemoryRegistry` is the default. An operator
who runs a registry of their own writes another class of the same shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from fde_env.contract.submissions.register import RegisterSubmission
from fde_env.errors import AlreadyRegistered


class ModelRegistry(Protocol):
    """What the environment asks of a registry."""

    def register(self, entry: RegisterSubmission) -> None:
        """Enter a model under `entry.name`; raise `AlreadyRegistered` if the name is taken."""

    def lookup(self, name: str) -> RegisterSubmission | None:
        """Return the entry of that name, or None."""

    def names(self) -> tuple[str, ...]:
        """Return the names taken, in the order of their registration."""


class MemoryRegistry:
    """A registry that lives as long as the object."""

    def __init__(self, entries: Iterable[RegisterSubmission] = ()) -> None:
        """Start with `entries`, each name once."""
        self._entries: dict[str, RegisterSubmission] = {}
        for entry in entries:
            self.register(entry)

    def register(self, entry: RegisterSubmission) -> None:
        """Enter a model under its name.

        Raises:
            AlreadyRegistered: The name is taken, by whatever model.
        """
        if entry.name in self._entries:
            raise AlreadyRegistered(
                f"a model named {entry.name!r} is registered already and an entry is never "
                "replaced; choose another name"
            )
        self._entries[entry.name] = entry

    def lookup(self, name: str) -> RegisterSubmission | None:
        """Return the entry of that name, or None."""
        return self._entries.get(name)

    def names(self) -> tuple[str, ...]:
        """Return the names taken, in the order of their registration."""
        return tuple(self._entries)
