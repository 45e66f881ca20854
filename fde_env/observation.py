"""What an agent sees at each step, and its space."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypedDict

import numpy as np
from gymnasium import spaces
from pydantic import Field, TypeAdapter

from fde_env.contract.base import Frozen
from fde_env.contract.stage import STAGES, Stage
from fde_env.episode import Episode
from fde_env.spaces import JsonSpace
from fde_env.tools import log_lines

TEXT_LIMIT: Final = 60_000
TEXT_BYTES: Final = 6 * TEXT_LIMIT
LOG_TAIL: Final = 10


class Metrics(Frozen):
    """Figures of the run so far and of the budget; None where there is no value yet."""

    step: int = Field(description="Optimiser steps taken.")
    loss: float | None = Field(description="Training loss of the last step, nats per token.")
    grad_norm: float | None = Field(description="Gradient norm of the last step.")
    learning_rate: float | None
    token_accuracy: float | None = Field(
        description="On the loss tokens of the last batch, 0 to 1."
    )
    dev_accuracy: float | None = Field(description="On the customer's dev split, 0 to 1.")
    alarm: str | None = Field(description="An alarm that has paused the run, in words.")
    steps_left: int = Field(description="Environment steps left in the episode.")
    reads_left: int = Field(description="Read-only tool calls left at this stage.")


class Observation(TypedDict):
    """The five parts of an observation."""

    stage: Stage
    message: str
    logs: str
    metrics: dict[str, Any]
    tool_result: str


def clip(text: str) -> str:
    """`text`, cut to what an observation may hold; the cut is said."""
    if len(text) <= TEXT_LIMIT:
        return text
    note = "\n(cut here: ask for fewer rows)"
    return text[: TEXT_LIMIT - len(note)] + note


class Left(NamedTuple):
    """What is left of the budgets: steps of the episode, read calls of the stage."""

    steps: int
    reads: int


def copied(observation: Observation) -> Observation:
    """An observation that shares nothing that can be changed with the given one."""
    own = observation.copy()
    own["metrics"] = observation["metrics"].copy()
    return own


def observe(episode: Episode, message: str, result: str, left: Left) -> Observation:
    """The observation of an episode's present state."""
    logs, alarm = episode.logs, episode.alarm
    last = logs[-1] if logs else None
    ran = None if episode.delivery is None else episode.delivery.facts
    shown = log_lines(logs)[-LOG_TAIL:] if logs else ()
    # A dump of `Metrics`, without making and checking one at every step.
    metrics = {
        "step": last.step if last else 0,
        "loss": last.loss if last else None,
        "grad_norm": last.grad_norm if last else None,
        "learning_rate": last.learning_rate if last else None,
        "token_accuracy": last.token_accuracy if last else None,
        "dev_accuracy": ran.split("dev").outcome.accuracy if ran else None,
        "alarm": f"{alarm.kind} at step {alarm.step}" if alarm else None,
        "steps_left": left.steps,
        "reads_left": left.reads,
    }
    return Observation(
        stage=episode.stage,
        message=clip(message),
        logs="\n".join(shown),
        metrics=metrics,
        tool_result=clip(result),
    )


# Named functions, since asynchronous vector environments pickle their spaces.
def _draw_text(rng: np.random.Generator) -> str:
    return str(rng.integers(1000))


def _draw_stage(rng: np.random.Generator) -> Stage:
    return STAGES[int(rng.integers(len(STAGES)))]


def _text_space(name: str) -> JsonSpace:
    return JsonSpace(TypeAdapter(str), _draw_text, name, TEXT_BYTES)


def _draw_metrics(rng: np.random.Generator) -> dict[str, Any]:
    return Metrics(
        step=int(rng.integers(300)),
        loss=float(rng.random()),
        grad_norm=None,
        learning_rate=None,
        token_accuracy=None,
        dev_accuracy=None,
        alarm=None,
        steps_left=int(rng.integers(100)),
        reads_left=int(rng.integers(10)),
    ).model_dump()


def observation_space() -> spaces.Dict:
    """stage, message, logs, metrics and tool_result, all JSON-valued."""
    stages = JsonSpace(TypeAdapter(Stage), _draw_stage, "stage", 64)
    return spaces.Dict(
        {
            "stage": stages,
            "message": _text_space("message"),
            "logs": _text_space("logs"),
            "metrics": JsonSpace(TypeAdapter(Metrics), _draw_metrics, "metrics", 1 << 14),
            "tool_result": _text_space("tool_result"),
        }
    )
