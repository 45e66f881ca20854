"""What an entry of a transcript says, out of the wire forms of several providers.

A seat keeps an answer as its provider sent it: blocks of text, thinking and tool use (Messages),
items (Responses), or a message with tool calls (Chat Completions). Whatever is of no known form
is shown as the JSON that it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

# Fields that hold words, and fields that hold more of the same.
WORDS: Final = ("asked", "text", "thinking", "reasoning_content", "refusal")
PARTS: Final = ("summary", "content", "output", "tool_calls")
# What every entry has, or what tells a program how to read it, and says nothing to a person.
SILENT: Final = frozenset({"role", "stop", "tokens", "call", "tools_digest", "settings", "tools"})


def in_words(entry: Any) -> str:
    """The entry as a person would read it."""
    if not isinstance(entry, dict):
        return entry if isinstance(entry, str) else _json(entry)
    said = "\n".join(_lines(entry))
    if said:
        return said
    rest = {name: value for name, value in entry.items() if name not in SILENT and value}
    return _json(rest) if rest else ""


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _lines(item)
    elif isinstance(value, dict):
        yield from (value[name] for name in WORDS if value.get(name) and _is_text(value[name]))
        for name in PARTS:
            yield from _lines(value.get(name) or ())
        yield from _call(value)


def _call(value: dict[str, Any]) -> Iterator[str]:
    """A tool call in one of its forms."""
    called = value.get("function", value)
    if not isinstance(called, dict) or not _is_text(called.get("name")):
        return
    sent = called.get("input", called.get("arguments"))
    yield f"calls {called['name']} {sent if _is_text(sent) else _json(sent)}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
