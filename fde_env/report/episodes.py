"""Episodes for the page: a compact line each for the list, and what a replay shows.

Whatever an agent wrote stays data: the page puts it on the screen as text and nothing else.
"""

from __future__ import annotations

import json
from typing import Any, Final

from fde_env.contract.stage import STAGES
from fde_env.evaluate.row import EpisodeRow
from fde_env.evaluate.trajectory import Trajectory

# A tool may show a whole file; a replay needs its beginning.
LONGEST: Final = 6000
MARKS: Final = {True: "1", False: "0", None: "-"}
COLUMNS: Final = (
    *("id", "agent", "ticket", "domain", "base", "hazard", "pressure", "inject", "trial"),
    *("outcome", "stages", "reward", "learned", "tbdl", "run"),
)


def list_line(row: EpisodeRow) -> list[Any]:
    """The episode as a list in the order of `COLUMNS`."""
    hazard = row.infeasible if row.infeasible != "none" else " + ".join(row.traps)
    pressure = "none" if row.pressure == "none" else f"{row.pressure} ({row.intensity})"
    stages = "".join(MARKS[row.stages[stage]] for stage in STAGES)
    return [
        *(row.episode_id, row.agent, row.ticket, row.domain, row.base, hazard or "none"),
        *(pressure, row.inject, row.trial, row.outcome.value, stages, row.reward),
        *(row.learned, row.tbdl, row.run_key),
    ]


def replay(trajectory: Trajectory) -> dict[str, Any]:
    """What a replay shows: each action with its answer, each verdict with its reason."""
    end = trajectory.end
    result = end.get("result") or {}
    return {
        "company": trajectory.header.get("company"),
        "detail": end["detail"],
        "steps": [_step(item) for item in trajectory.steps],
        "verdicts": [_verdict(item) for item in trajectory.records],
        "compliance": result.get("compliance") or [],
        "stated": end["row"].get("stated") or [],
        "facts": {name: result.get(name) for name in FACTS},
    }


FACTS: Final = (
    *("ending", "reward", "train_pass", "learned", "halted", "tbdl", "base_accuracy"),
    *("accuracy", "p_value", "ship_attempts", "gpu_hours", "cost_usd"),
)


def _step(line: dict[str, Any]) -> dict[str, Any]:
    action, seen = line["action"], line["observation"]
    named = isinstance(action, dict) and "tool" in action
    sent = action.get("arguments") if named else action
    return {
        "tool": str(action["tool"]) if named else "not an action",
        "sent": _short(sent),
        "stage": seen.get("stage"),
        "message": _short(seen.get("message") or ""),
        "shown": _short(seen.get("tool_result") or ""),
    }


def _verdict(line: dict[str, Any]) -> dict[str, Any]:
    injected = line["own"] != line["submission"]
    return {
        **line["verdict"],
        "sent": _short(line["own"]),
        "used": _short(line["submission"]) if injected else None,
    }


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False)
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n[{len(text) - LONGEST} more characters are in the trajectory]"
