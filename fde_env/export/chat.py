"""An episode as a conversation with tool calls, in the words in which a model's seat tells it.

Any agent's episode can be told so, since observations and actions are all it takes. A model's own
words beside its calls are put in where its transcript has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from fde_agents.openai_chat import chat_tool
from fde_agents.prompt import system_prompt
from fde_agents.sight import Sight
from fde_agents.toolbox import toolbox
from fde_env.contract.action import ARGUMENTS_OF
from fde_env.export.episode import Episode, action_text

Message = dict[str, Any]
CALLS = ("tool_use", "function_call")


@cache
def tool_definitions() -> tuple[dict[str, Any], ...]:
    """All tools, as chat templates and chat servers take them."""
    return tuple(chat_tool(card, strict=False) for card in toolbox())


def turns(episode: Episode) -> tuple[Message, ...]:
    """System message, opening, and each action with what it led to, up to the last action."""
    first, *seen = episode.observations
    text, sight = Sight().tell(first)
    found = [{"role": "system", "content": system_prompt()}, {"role": "user", "content": text}]
    words = _words(episode.transcript)
    for number, (action, after) in enumerate(zip(episode.actions, seen, strict=True)):
        call = _call(action, number)
        found.append(_said(call, action, next(words, "")))
        text, sight = sight.tell(after)
        found.append(_answer(call, text))
    # Nobody replies to what is seen after the end.
    return tuple(found[:-1])


def _call(action: Any, number: int) -> dict[str, Any] | None:
    """The tool call that an action is; None where it is none that a template could write."""
    if not isinstance(action, dict) or action.get("tool") not in ARGUMENTS_OF:
        return None
    if not isinstance(action.get("arguments"), dict):
        return None
    function = {"name": action["tool"], "arguments": action["arguments"]}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _said(call: dict[str, Any] | None, action: Any, words: str) -> Message:
    if call is None:
        return {"role": "assistant", "content": words or action_text(action)}
    return {"role": "assistant", "content": words, "tool_calls": [call]}


def _answer(call: dict[str, Any] | None, text: str) -> Message:
    if call is None:
        return {"role": "user", "content": text}
    name = call["function"]["name"]
    return {"role": "tool", "name": name, "tool_call_id": call["id"], "content": text}


def _words(transcript: tuple[dict[str, Any], ...]) -> Iterator[str]:
    """What a model said beside each of its actions; empty beside a further call of one answer."""
    for entry in transcript:
        if entry.get("role") != "assistant":
            continue
        native = [item for item in entry.get("content") or () if isinstance(item, dict)]
        yield "\n".join(text for item in native if (text := _text(item)))
        calls = sum(len(item.get("tool_calls") or ()) for item in native)
        calls += sum(item.get("type") in CALLS for item in native)
        for _ in range(calls - 1):
            yield ""


def _text(item: dict[str, Any]) -> str:
    """The words of one item of an answer, in any provider's form; hidden thoughts are none."""
    if item.get("type") in (None, "message"):
        content = item.get("content")
        if isinstance(content, list):
            return "\n".join(str(part.get("text", "")) for part in content)
        return str(content or "")
    return str(item.get("text", "")) if item.get("type") == "text" else ""
