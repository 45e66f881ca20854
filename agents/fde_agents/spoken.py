"""Tool calls written as text: what models without a tool-calling server send.

Read are `<tool_call>{...}</tool_call>` blocks, fenced JSON, and an answer that is JSON as a
whole. Names stand under `name` or `tool`, arguments under `arguments`, `parameters` or `input`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from fde_agents.dialogue import UNREADABLE, Call

THINKING: Final = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL)
BLOCK: Final = re.compile(r"<tool_call>(.*?)(?:</tool_call>|\Z)", re.DOTALL)
FENCED: Final = re.compile(r"```(?:json|tool_code)?\s*(.*?)```", re.DOTALL)
NAMES: Final = ("name", "tool")
ARGUMENTS: Final = ("arguments", "parameters", "input")


def calls_in(text: str) -> tuple[Call, ...]:
    """The tool calls in a model's text, in order; none when it only talks.

    A `<tool_call>` block that is no JSON counts as a call of `unreadable_tool_call` with the
    text as arguments, so that the model is told what was wrong with it.
    """
    text = THINKING.sub("", text).strip()
    blocks = BLOCK.findall(text)
    pieces = blocks or FENCED.findall(text) or [text]
    found: list[tuple[str, Any]] = []
    for piece in pieces:
        read = _read(piece)
        if not read and blocks:
            read = [(UNREADABLE, piece.strip())]
        found += read
    return tuple(Call(f"call_{n}", tool, given) for n, (tool, given) in enumerate(found))


def _read(piece: str) -> list[tuple[str, Any]]:
    try:
        value = json.loads(piece)
    except (ValueError, RecursionError):
        return []
    values = value if isinstance(value, list) else [value]
    return [call for item in values if (call := _call(item)) is not None]


def _call(value: Any) -> tuple[str, Any] | None:
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("function"), dict):
        value = value["function"]
    name = next((value[key] for key in NAMES if isinstance(value.get(key), str)), None)
    if name is None:
        return None
    given: Any = next((value[key] for key in ARGUMENTS if key in value), {})
    return name, loaded(given)


def loaded(given: Any) -> Any:
    """Arguments as an object; text that is not JSON stays as it came."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return given
