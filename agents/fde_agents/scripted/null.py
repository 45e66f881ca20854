"""The null agent: submits nothing but empty forms, and must earn nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fde_agents.base import Observation


@dataclass(frozen=True)
class NullPolicy:
    """Sends an empty submission at every step."""

    name: str = "null"

    def act(self, observation: Observation) -> dict[str, Any]:
        """An empty submission for the present stage."""
        return {"tool": f"submit_{observation['stage']}", "arguments": {}}
