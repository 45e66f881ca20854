"""A policy that writes markup wherever it can."""

from __future__ import annotations

from typing import Any

from fde_agents.scripted import ConfiguratorPolicy

HOSTILE = "</script><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"


class Hostile(ConfiguratorPolicy):
    """Sends hostile text as its first action, then delivers by habit."""

    def __init__(self) -> None:
        super().__init__()
        self._spoken = False

    def act(self, observation: Any) -> Any:
        if not self._spoken:
            self._spoken = True
            return {"tool": HOSTILE, "arguments": {"text": HOSTILE}}
        return super().act(observation)
