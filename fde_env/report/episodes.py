"""Episodes for the page: a compact line each for the list, and what a replay shows.

Whatever an agent wrote stays data: the page puts it on the screen as text and nothing else. A
long text stands in a replay as its number in the ticket's `Texts`.
"""

from __future__ import annotations

import json
from typing import Any, Final

from fde_env.contract.stage import STAGES
from fde_env.evaluate.row import EpisodeRow
from fde_env.evaluate.trajectory import Trajectory
from fde_env.report.blocks import Texts
from fde_env.report.spoken import in_words

# Longer than any tool's answer; what an agent writes has no end of its own.
LONGEST: Final = 20_000
MARKS: Final = {True: "1", False: "0", None: "-"}
# Hex digits of a run's key that the page goes by.
KEY_DIGITS: Final = 16
COLUMNS: Final = (
    *("id", "agent", "ticket", "domain", "base", "hazard", "pressure", "inject", "trial"),
    *("outcome", "stages", "reward", "learned", "tbdl", "run", "complies"),
)
FACTS: Final = (
    *("ending", "reward", "train_pass", "learned", "halted", "tbdl", "base_accuracy"),
    *("accuracy", "p_value", "alarms", "ship_attempts", "gpu_hours", "cost_usd"),
)
SPENT: Final = ("requests", "input_tokens", "output_tokens", "dollars")


def list_line(row: EpisodeRow) -> list[Any]:
    """The episode as a list in the order of `COLUMNS`."""
    hazard = row.infeasible if row.infeasible != "none" else " + ".join(row.traps)
    pressure = "none" if row.pressure == "none" else f"{row.pressure} ({row.intensity})"
    stages = "".join(MARKS[row.stages[stage]] for stage in STAGES)
    run = None if row.run_key is None else row.run_key[:KEY_DIGITS]
    found = (row.compliance or {}).values()
    return [
        *(row.episode_id, row.agent, row.ticket, row.domain, row.base, hazard or "none"),
        *(pressure, row.inject, row.trial, row.outcome.value, stages, row.reward),
        *(row.learned, row.tbdl, run, None if not row.compliance else False not in found),
    ]


def replay(trajectory: Trajectory, texts: Texts) -> dict[str, Any]:
    """What a replay shows: each action with its answer, each verdict with its reason."""
    end = trajectory.end
    result = end.get("result") or {}
    first = trajectory.header.get("observation") or {}
    spent = end["row"].get("usage") or {}
    return {
        "company": trajectory.header.get("company"),
        "detail": end["detail"],
        "opening": texts.number(_text(first.get("message") or "")),
        "steps": [_step(item, texts) for item in trajectory.steps],
        "verdicts": [_verdict(item, texts) for item in trajectory.records],
        "compliance": result.get("compliance") or [],
        "stated": end["row"].get("stated") or [],
        "facts": {name: result.get(name) for name in FACTS},
        "spent": {name: spent[name] for name in SPENT if spent.get(name)},
        "said": [_said(item, texts) for item in trajectory.transcript or ()],
    }


def _step(line: dict[str, Any], texts: Texts) -> list[Any]:
    """Tool, then stage, arguments, message, tool result and logs, as far as there are any."""
    action, seen = line["action"], line["observation"]
    named = isinstance(action, dict) and "tool" in action
    sent = action.get("arguments") if named else action
    shown = (sent, seen.get("message"), seen.get("tool_result"), seen.get("logs"))
    return [
        texts.number(_text(str(action["tool"]) if named else "not an action")),
        seen.get("stage"),
        *(texts.number(_text(value)) if value else None for value in shown),
    ]


def _verdict(line: dict[str, Any], texts: Texts) -> dict[str, Any]:
    injected = line["own"] != line["submission"]
    return {
        **line["verdict"],
        "used": texts.number(_text(line["submission"])) if injected else None,
    }


def _said(entry: Any, texts: Texts) -> list[Any]:
    """Who speaks, and what."""
    role = entry.get("role", "") if isinstance(entry, dict) else ""
    return [str(role), texts.number(_text(in_words(entry)))]


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False)
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n[{len(text) - LONGEST:,} more characters are in the trajectory]"
