"""Models behind Anthropic's Messages API. The only file that imports the SDK."""

from __future__ import annotations

import re
from typing import Any, Final

from fde_agents.concessions import Concessions
from fde_agents.dialogue import Answer, Call, Exchange
from fde_agents.keys import key_for, secrets_of
from fde_agents.retry import AttemptFailed, Backoff, ContextFull
from fde_agents.sdk_errors import failure_of
from fde_agents.seat import ModelPolicy, Request
from fde_agents.settings import Settings
from fde_agents.toolbox import ToolCard
from fde_agents.usage import Tokens
from fde_env.errors import BadResponse, RequestRejected, UsageError

CACHED: Final = {"type": "ephemeral"}
ODD_NAME: Final = re.compile(r"[^a-zA-Z0-9_-]")
# All strict tools of a request share one grammar of limited size: read tools give way first.
PARTS: Final = {
    "a forced tool choice": ("tool_choice",),
    "strict read tools": ("grammar", "strict"),
    "strict tools": ("grammar", "strict"),
    "prompt caching": ("cache_control",),
    "effort": ("effort", "output_config"),
    "temperature": ("temperature",),
}


class AnthropicProvider:
    """Asks a model over the Messages API.

    Raises:
        UsageError: the SDK or the key is missing.
    """

    def __init__(self, settings: Settings) -> None:
        key = key_for(settings, "ANTHROPIC_API_KEY")
        try:
            import anthropic
        except ImportError:
            raise UsageError("anthropic models need: pip install 'fde-env[agents]'") from None
        self._sdk, self._settings = anthropic, settings
        self._parts = Concessions(PARTS)
        self.secrets = secrets_of(key)
        self._client = anthropic.Anthropic(
            api_key=key, base_url=settings.base_url, timeout=settings.timeout_s, max_retries=0
        )

    def left_out(self) -> tuple[str, ...]:
        """Parts of a request that the server did not take."""
        return self._parts.given_up()

    def reseed(self, seed: int) -> None:
        """Nothing to do: the API takes no seed."""

    def ask(self, request: Request) -> Answer:
        """One try.

        Raises:
            AttemptFailed: it failed; says whether to try again.
        """
        try:
            message = self._send(self._payload(request))
        except Exception as error:  # noqa: BLE001  # the SDK lets its HTTP library's errors through
            failure = failure_of(self._sdk, error, self.secrets)
            raise self._parts.answer(failure) from None
        try:
            return read_answer(message)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            bad = BadResponse(f"the answer is no message of the Messages API ({error!r})")
            raise AttemptFailed(bad, again=True) from None

    def _send(self, payload: dict[str, Any]) -> dict[str, Any]:
        if self._settings.stream:
            with self._client.messages.stream(**payload) as stream:
                message: Any = stream.get_final_message()
        else:
            message = self._client.messages.create(**payload)
        found: dict[str, Any] = message.model_dump(mode="json", exclude_none=True, warnings=False)
        return found

    def _payload(self, request: Request) -> dict[str, Any]:
        keeps = self._parts.keeps
        system: dict[str, Any] = {"type": "text", "text": request.system}
        payload: dict[str, Any] = {
            "model": self._settings.model,
            "max_tokens": request.max_tokens,
            "system": [system],
            "tools": [self._tool(card) for card in request.tools],
            "messages": messages_of(request),
        }
        if keeps("prompt caching"):
            # Tools and system are one prefix of every episode; the other mark moves along.
            system["cache_control"] = payload["cache_control"] = CACHED
        if request.talk:
            payload["tool_choice"] = {"type": "none"}
        else:
            kind = "any" if keeps("a forced tool choice") else "auto"
            payload["tool_choice"] = {"type": kind, "disable_parallel_tool_use": True}
        if self._settings.effort and keeps("effort"):
            payload["output_config"] = {"effort": self._settings.effort}
        if self._settings.temperature is not None and keeps("temperature"):
            payload["extra_body"] = {"temperature": self._settings.temperature}
        return payload

    def _tool(self, card: ToolCard) -> dict[str, Any]:
        tool = {
            "name": card.name,
            "description": card.description,
            "input_schema": card.parameters,
        }
        submits = card.name.startswith("submit_")
        wanted = submits or self._parts.keeps("strict read tools")
        # A request may hold 20 strict tools; one without arguments has nothing to be strict in.
        if card.takes_arguments and wanted and self._parts.keeps("strict tools"):
            return {**tool, "strict": True}
        return tool


def messages_of(request: Request) -> list[dict[str, Any]]:
    """The dialogue in the form of the Messages API."""
    dialogue = request.dialogue
    messages: list[dict[str, Any]] = [{"role": "user", "content": dialogue.first_message}]
    for exchange in dialogue.exchanges:
        content = list(exchange.answer.native) or [{"type": "text", "text": "(no answer)"}]
        messages += [
            {"role": "assistant", "content": content},
            {"role": "user", "content": _results(exchange)},
        ]
    return messages


def _results(exchange: Exchange) -> list[dict[str, Any]]:
    calls = exchange.answer.calls
    if not calls:
        return [{"type": "text", "text": text} for text in exchange.results]
    return [
        {"type": "tool_result", "tool_use_id": call.id, "content": text}
        for call, text in zip(calls, exchange.results, strict=True)
    ]


def read_answer(message: dict[str, Any]) -> Answer:
    """What a message of the API says.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is none.
        AttemptFailed: the model's context is full.
    """
    stop, usage = str(message["stop_reason"]), message["usage"]
    if stop == "model_context_window_exceeded":
        raise ContextFull(RequestRejected("the model's context window is full"), again=False)
    blocks: list[dict[str, Any]] = message["content"]
    calls = [Call(b["id"], b["name"], b["input"]) for b in blocks if b["type"] == "tool_use"]
    text = "\n".join(block["text"] for block in blocks if block["type"] == "text")
    cached = usage.get("cache_read_input_tokens", 0)
    written = usage.get("cache_creation_input_tokens", 0)
    details = message.get("stop_details") or {}
    reason = f"{details.get('category', '')} {details.get('explanation', '') or text}".strip()
    return Answer(
        calls=tuple(calls),
        text=text,
        native=tuple(_echo(block) for block in blocks if block.get("text") != ""),
        tokens=Tokens(
            input=usage["input_tokens"] + cached + written,
            cached=cached,
            written=written,
            output=usage["output_tokens"],
        ),
        stop=stop,
        refusal=reason if stop == "refusal" else None,
    )


def _echo(block: dict[str, Any]) -> dict[str, Any]:
    """A block as the API takes it back: it wants an object as input and a plain name."""
    if block["type"] != "tool_use":
        return block
    given = block["input"]
    return {
        "type": "tool_use",
        "id": block["id"],
        "name": ODD_NAME.sub("_", block["name"])[:64] or "_",
        "input": given if isinstance(given, dict) else {"unreadable": str(given)},
    }


def seat(settings: Settings, backoff: Backoff | None = None) -> ModelPolicy:
    """A policy that asks an Anthropic model."""
    return ModelPolicy(AnthropicProvider(settings), settings, backoff)
