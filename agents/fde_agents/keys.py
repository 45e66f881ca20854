"""Keys come from the environment, and go nowhere but to the server they are for."""

from __future__ import annotations

import os
from typing import Final

from fde_agents.settings import Settings
from fde_env.errors import UsageError

UNKEYED: Final = "none"
# Shorter ones are words that own servers take for a key ("EMPTY"); as words they are no secret.
SECRET_LENGTH: Final = 8


def key_for(settings: Settings, usual: str) -> str:
    """The key for a server.

    A server of one's own (`base_url`) is sent a key only if `key_env` names one: a provider's
    key must not end up on another machine.

    Args:
        settings: how the seat is set up.
        usual: environment variable of the provider's own key.

    Raises:
        UsageError: the variable is not set.
    """
    name = settings.key_env or (None if settings.base_url else usual)
    if name is None:
        return UNKEYED
    key = os.environ.get(name, "")
    if not key:
        raise UsageError(f"the key is read from the environment: set {name}")
    return key


def secrets_of(key: str) -> tuple[str, ...]:
    """What must never be written down."""
    return (key,) if len(key) >= SECRET_LENGTH else ()
