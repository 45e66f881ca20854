"""A trajectory as an agent lived it: what it saw, did and was paid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fde_env.contract.record import Ending
from fde_env.evaluate.row import EpisodeRow
from fde_env.evaluate.trajectory import Trajectory


@dataclass(frozen=True)
class Episode:
    """An episode of T steps.

    Attributes:
        row: The episode in the run's figures.
        observations: T + 1 of them; the last is what was seen after the end.
        actions: T of them, as they were sent; plain JSON, also where no environment can read it.
        rewards: T of them; their sum is the return.
        terminations: T of them; the delivery ended by the environment's own rules.
        truncations: T of them; the step budget was spent, or the agent gave up after this step.
        transcript: The agent's own record, where it kept one.
    """

    row: EpisodeRow
    observations: tuple[dict[str, Any], ...]
    actions: tuple[Any, ...]
    rewards: tuple[float, ...]
    terminations: tuple[bool, ...]
    truncations: tuple[bool, ...]
    transcript: tuple[dict[str, Any], ...]


def lived(trajectory: Trajectory) -> Episode:
    """The episode of a scored trajectory with at least one step."""
    steps, row = trajectory.steps, trajectory.row
    assert steps
    assert row.reward is not None
    rewards = [float(step["reward"]) for step in steps]
    # An agent that gave up was graded where it stood: that is paid after its last step.
    rewards[-1] += row.reward - sum(rewards)
    ending: Ending = trajectory.end["result"]["ending"]
    before, terminated = (False,) * (len(steps) - 1), ending != "truncated"
    return Episode(
        row=row,
        observations=(
            trajectory.header["observation"],
            *(step["observation"] for step in steps),
        ),
        actions=tuple(step["action"] for step in steps),
        rewards=tuple(rewards),
        terminations=(*before, terminated),
        truncations=(*before, not terminated),
        transcript=tuple(item for item in trajectory.transcript or () if isinstance(item, dict)),
    )


def action_text(action: Any) -> str:
    """An action as JSON text, which `env.step` takes as it is."""
    return json.dumps(action, ensure_ascii=False, sort_keys=True)
