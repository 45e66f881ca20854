"""The Chat Completions form: what OpenAI and every compatible server speak."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from fde_agents.dialogue import Answer, Call, Dialogue, Exchange
from fde_agents.seat import Request
from fde_agents.settings import Settings
from fde_agents.spoken import calls_in, loaded
from fde_agents.toolbox import ToolCard
from fde_agents.usage import Tokens

ODD_NAME: Final = re.compile(r"[^a-zA-Z0-9_-]")


def chat_payload(
    request: Request, settings: Settings, keeps: Callable[[str], bool]
) -> dict[str, Any]:
    """A request; parts that the server does not take are left out."""
    strict = keeps("strict tools")
    system = {"role": "system", "content": request.system}
    length = "max_completion_tokens" if keeps("max_completion_tokens") else "max_tokens"
    payload: dict[str, Any] = {
        "model": settings.model,
        "messages": [system, *chat_messages(request.dialogue)],
        "tools": [chat_tool(card, strict=strict) for card in request.tools],
        length: request.max_tokens,
    }
    if keeps("a forced tool choice"):
        payload["tool_choice"] = "none" if request.talk else "required"
    if keeps("parallel_tool_calls"):
        payload["parallel_tool_calls"] = False
    if settings.effort and keeps("effort"):
        payload["reasoning_effort"] = settings.effort
    if settings.temperature is not None and keeps("temperature"):
        payload["temperature"] = settings.temperature
    if settings.stream and keeps("usage in streams"):
        payload["stream_options"] = {"include_usage": True}
    return payload


def chat_tool(card: ToolCard, *, strict: bool) -> dict[str, Any]:
    """A tool's definition."""
    function = {
        "name": card.name,
        "description": card.description,
        "parameters": card.parameters,
    }
    return {"type": "function", "function": {**function, "strict": True} if strict else function}


def chat_messages(dialogue: Dialogue) -> list[dict[str, Any]]:
    """The dialogue without the system message."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": dialogue.first_message}]
    for exchange in dialogue.exchanges:
        messages += [*exchange.answer.native, *_results(exchange)]
    return messages


def _results(exchange: Exchange) -> list[dict[str, Any]]:
    calls = exchange.answer.calls
    if not calls:
        return [{"role": "user", "content": text} for text in exchange.results]
    return [
        {"role": "tool", "tool_call_id": call.id, "content": text}
        for call, text in zip(calls, exchange.results, strict=True)
    ]


def read_chat(completion: dict[str, Any]) -> Answer:
    """What a completion says. Calls that a server left in the text are found there.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, IndexError: it is no completion.
    """
    choice = completion["choices"][0]
    message, stop = choice["message"], str(choice.get("finish_reason"))
    text = message.get("content") or ""
    calls = [
        Call(call.get("id") or f"call_{n}", call["function"]["name"], _given(call))
        for n, call in enumerate(message.get("tool_calls") or [])
    ]
    found = tuple(calls) or calls_in(text)
    # Some servers send an empty refusal with every answer.
    refusal = message.get("refusal") or None
    if stop == "content_filter":
        refusal = refusal or text or stop
    return Answer(
        calls=found,
        text=text,
        native=(spoken_turn(text if calls else _around(text, found), found, message),),
        tokens=_tokens(completion.get("usage") or {}),
        stop=stop,
        refusal=refusal,
    )


def _given(call: dict[str, Any]) -> Any:
    return loaded(call["function"].get("arguments") or "{}")


def _around(text: str, calls: tuple[Call, ...]) -> str:
    """Calls that were found in the text go back as calls, not twice."""
    return "" if calls else text


def spoken_turn(text: str, calls: tuple[Call, ...], message: dict[str, Any]) -> dict[str, Any]:
    """An answer as servers take it back: arguments as JSON of an object, plain names."""
    turn: dict[str, Any] = {"role": "assistant", "content": text or ("" if calls else "(none)")}
    if message.get("reasoning_content"):
        turn["reasoning_content"] = message["reasoning_content"]
    if calls:
        turn["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": plain_name(call.tool), "arguments": object_json(call)},
            }
            for call in calls
        ]
    return turn


def plain_name(tool: str) -> str:
    """A tool's name as servers allow it."""
    return ODD_NAME.sub("_", tool)[:64] or "_"


def object_json(call: Call) -> str:
    """A call's arguments as JSON of an object, whatever they were."""
    given = call.arguments
    if not isinstance(given, dict):
        given = {"unreadable": str(given)}
    return json.dumps(given, ensure_ascii=False)


def _tokens(usage: dict[str, Any]) -> Tokens:
    details = usage.get("prompt_tokens_details") or {}
    return Tokens(
        input=usage.get("prompt_tokens") or 0,
        cached=details.get("cached_tokens") or 0,
        written=details.get("cache_write_tokens") or 0,
        output=usage.get("completion_tokens") or 0,
    )
