"""An episode's present state as plain text, for `render()`."""

from __future__ import annotations

from fde_env.contract.stage import STAGES
from fde_env.episode import Episode
from fde_env.observation import Observation


def render_text(observation: Observation, episode: Episode, steps: int) -> str:
    """The pipeline with the stage in brackets, the last message, and the run's figures."""
    done = len(episode.records)
    pipeline = " > ".join(
        f"[{stage}]" if index == done and episode.ending == "running" else stage
        for index, stage in enumerate(STAGES)
    )
    metrics = observation["metrics"]
    lines = [f"{episode.ticket.ticket_id} · step {steps} · {episode.ending}", pipeline]
    if metrics["loss"] is not None:
        lines.append(
            f"training step {metrics['step']}  loss {metrics['loss']:.4f}  "
            f"dev accuracy {_figure(metrics['dev_accuracy'])}"
        )
    # The rule line below a letter only evens out lengths; a person need not see it.
    said = observation["message"] or observation["tool_result"]
    lines += [line for line in said.splitlines() if line.strip("-")]
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
