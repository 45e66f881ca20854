"""Everything that was said in one episode, as plain JSON, without any key."""

from __future__ import annotations

import copy
from typing import Any

Entry = dict[str, Any]


def scrubbed(value: Any, secrets: tuple[str, ...]) -> Any:
    """`value` with every occurrence of a secret replaced, however deep it stands."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "[key]")
        return value
    if isinstance(value, dict):
        return {scrubbed(key, secrets): scrubbed(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(item, secrets) for item in value]
    return value


class Transcript:
    """Entries in the order in which they were said; each has a `role`.

    Roles: system, user, assistant, tool, and note (a failed request, a shortened prompt).
    """

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        self._entries: list[Entry] = []

    def add(self, role: str, **content: Any) -> None:
        """Append an entry."""
        self._entries.append(scrubbed({"role": role, **content}, self._secrets))

    def entries(self) -> list[Entry]:
        """A copy of all entries, JSON-able."""
        return copy.deepcopy(self._entries)
