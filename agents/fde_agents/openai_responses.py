"""The Responses form: OpenAI's own, kept stateless (`store=False`).

Reasoning comes back encrypted and is sent along with later requests, so that nothing has to be
stored at the provider.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fde_agents.dialogue import Answer, Call, Exchange
from fde_agents.openai_chat import object_json, plain_name
from fde_agents.retry import AttemptFailed
from fde_agents.sdk_errors import failure_of_word
from fde_agents.seat import Request
from fde_agents.settings import Settings
from fde_agents.spoken import loaded
from fde_agents.toolbox import ToolCard
from fde_agents.usage import Tokens
from fde_env.errors import BadResponse

# Error codes by which a provider declines what was asked, rather than fails at it.
DECLINED: Final = ("invalid_prompt", "policy")


def responses_payload(
    request: Request, settings: Settings, keeps: Callable[[str], bool]
) -> dict[str, Any]:
    """A request; parts that the server does not take are left out."""
    strict = keeps("strict tools")
    payload: dict[str, Any] = {
        "model": settings.model,
        "instructions": request.system,
        "input": _items(request),
        "tools": [_tool(card, strict=strict) for card in request.tools],
        "max_output_tokens": request.max_tokens,
        "store": False,
    }
    if keeps("a forced tool choice"):
        payload["tool_choice"] = "none" if request.talk else "required"
    if keeps("parallel_tool_calls"):
        payload["parallel_tool_calls"] = False
    if keeps("encrypted reasoning"):
        payload["include"] = ["reasoning.encrypted_content"]
    if settings.effort and keeps("effort"):
        payload["reasoning"] = {"effort": settings.effort}
    if settings.temperature is not None and keeps("temperature"):
        payload["temperature"] = settings.temperature
    return payload


def _tool(card: ToolCard, *, strict: bool) -> dict[str, Any]:
    return {
        "type": "function",
        "name": card.name,
        "description": card.description,
        "parameters": card.parameters,
        "strict": strict,
    }


def _items(request: Request) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [{"role": "user", "content": request.dialogue.first_message}]
    for exchange in request.dialogue.exchanges:
        items += [*exchange.answer.native, *_results(exchange)]
    return items


def _results(exchange: Exchange) -> list[dict[str, Any]]:
    calls = exchange.answer.calls
    if not calls:
        return [{"role": "user", "content": text} for text in exchange.results]
    return [
        {"type": "function_call_output", "call_id": call.id, "output": text}
        for call, text in zip(calls, exchange.results, strict=True)
    ]


def read_response(response: dict[str, Any]) -> Answer:
    """What a response says.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, IndexError: it is no response.
        AttemptFailed: it says that the provider failed.
    """
    status, error = str(response["status"]), response.get("error") or {}
    code = str(error.get("code", ""))
    declined = any(word in code for word in DECLINED)
    if status in ("failed", "cancelled") and not declined:
        raise failure_of_word(code, str(error.get("message", status)))
    if status not in ("completed", "incomplete", "failed"):
        raise AttemptFailed(BadResponse(f"a response that is {status!r}"), again=True)
    items: list[dict[str, Any]] = response["output"]
    calls = [
        Call(item["call_id"], item["name"], loaded(item.get("arguments") or "{}"))
        for item in items
        if item["type"] == "function_call"
    ]
    parts = [part for item in items if item["type"] == "message" for part in item["content"]]
    text = "\n".join(part["text"] for part in parts if part["type"] == "output_text")
    said = "\n".join(part["refusal"] for part in parts if part["type"] == "refusal")
    stop = str((response.get("incomplete_details") or {}).get("reason", status))
    refusal = said if said and not calls else None
    if stop == "content_filter" or declined:
        refusal = said or str(error.get("message", "")) or "content_filter"
    return Answer(
        calls=tuple(calls),
        text=text,
        native=tuple(_echo(item) for item in items),
        tokens=_tokens(response.get("usage") or {}),
        stop=stop,
        refusal=refusal,
    )


def _echo(item: dict[str, Any]) -> dict[str, Any]:
    """An output item as input: without its status, and with arguments that are JSON."""
    kept = {key: value for key, value in item.items() if key != "status"}
    if item["type"] == "function_call":
        call = Call(item["call_id"], item["name"], loaded(item.get("arguments") or "{}"))
        kept |= {"name": plain_name(call.tool), "arguments": object_json(call)}
    return kept


def _tokens(usage: dict[str, Any]) -> Tokens:
    details = usage.get("input_tokens_details") or {}
    return Tokens(
        input=usage.get("input_tokens") or 0,
        cached=details.get("cached_tokens") or 0,
        written=details.get("cache_write_tokens") or 0,
        output=usage.get("output_tokens") or 0,
    )
