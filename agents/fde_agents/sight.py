"""An observation as text: all that a model is shown of the environment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fde_agents.base import Observation


@dataclass(frozen=True, slots=True)
class Sight:
    """Turns observations into text; logs and metrics are told when they change."""

    logs: str = ""
    metrics: str = ""

    def tell(self, observation: Observation) -> tuple[str, Sight]:
        """The observation as text, and the sight that has told it."""
        numbers = dict(observation["metrics"])
        left = {name: numbers.pop(name) for name in ("steps_left", "reads_left")}
        metrics = json.dumps({name: value for name, value in numbers.items() if value is not None})
        parts = [observation["message"], observation["tool_result"]]
        if observation["logs"] and observation["logs"] != self.logs:
            parts.append(f"Latest training logs:\n{observation['logs']}")
        if observation["logs"] and metrics != self.metrics:
            parts.append(f"Metrics: {metrics}")
        parts.append(_where(observation, left))
        text = "\n\n".join(part for part in parts if part)
        return text, Sight(observation["logs"], metrics)


def begins(observation: Observation, last: Observation | None) -> bool:
    """Whether `observation` is the first of an episode, `last` being the one seen before.

    Steps only fall within an episode, so as many steps left mean the same observation again.
    """
    if last is None:
        return True
    left, before = (seen["metrics"]["steps_left"] for seen in (observation, last))
    return bool(left > before or (left == before and dict(observation) != dict(last)))


def _where(observation: Observation, left: dict[str, Any]) -> str:
    return (
        f"[stage {observation['stage']}; {left['steps_left']} steps left, "
        f"{left['reads_left']} reads left at this stage]"
    )
