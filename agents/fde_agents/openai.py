"""Models of OpenAI, and of every server that speaks its protocols.

Responses by default; Chat Completions with a `base_url` (vLLM, SGLang, llama.cpp, Ollama,
`transformers serve`). The only file that imports the SDK.
"""

from __future__ import annotations

from typing import Any, Final

from fde_agents.concessions import Concessions
from fde_agents.dialogue import Answer
from fde_agents.keys import key_for, secrets_of
from fde_agents.openai_chat import chat_payload, read_chat
from fde_agents.openai_responses import read_response, responses_payload
from fde_agents.retry import AttemptFailed, Backoff
from fde_agents.sdk_errors import failure_of
from fde_agents.seat import ModelPolicy, Request
from fde_agents.settings import Settings
from fde_env.errors import BadResponse, UsageError

PARTS: Final = {
    "a forced tool choice": ("tool_choice", "tool choice"),
    "parallel_tool_calls": ("parallel_tool_calls",),
    "encrypted reasoning": ("encrypted", "'include'"),
    "max_completion_tokens": ("max_completion_tokens",),
    "usage in streams": ("stream_options",),
    "effort": ("effort", "reasoning"),
    "temperature": ("temperature",),
    "strict tools": ("strict", "grammar"),
}
SHAPE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class OpenAIProvider:
    """Asks a model over Responses or Chat Completions.

    Raises:
        UsageError: the SDK or the key is missing.
    """

    def __init__(self, settings: Settings) -> None:
        key = key_for(settings, "OPENAI_API_KEY")
        try:
            import openai
        except ImportError:
            raise UsageError("openai models need: pip install 'fde-env[agents]'") from None
        self._sdk, self._settings = openai, settings
        self._chat = (settings.api or ("chat" if settings.base_url else "responses")) == "chat"
        self._parts = Concessions(PARTS)
        self.secrets = secrets_of(key)
        self._client = openai.OpenAI(
            api_key=key, base_url=settings.base_url, timeout=settings.timeout_s, max_retries=0
        )

    def left_out(self) -> tuple[str, ...]:
        """Parts of a request that the server did not take."""
        return self._parts.given_up()

    def reseed(self, seed: int) -> None:
        """Nothing to do: models behind these protocols draw as they do."""

    def ask(self, request: Request) -> Answer:
        """One try.

        Raises:
            AttemptFailed: it failed; says whether to try again.
        """
        form, read = (chat_payload, read_chat) if self._chat else (responses_payload, read_response)
        payload = form(request, self._settings, self._parts.keeps)
        try:
            found = self._send_chat(payload) if self._chat else self._send_response(payload)
            body: dict[str, Any] = found.model_dump(mode="json", exclude_none=True, warnings=False)
        except Exception as error:  # noqa: BLE001  # the SDK lets its HTTP library's errors through
            failure = failure_of(self._sdk, error, self.secrets)
            raise self._parts.answer(failure) from None
        try:
            return read(body)
        except SHAPE as error:
            bad = BadResponse(f"the answer is not of the API that was asked ({error!r})")
            raise AttemptFailed(bad, again=True) from None

    def _send_chat(self, payload: dict[str, Any]) -> Any:
        if not self._settings.stream:
            return self._client.chat.completions.create(**payload)
        from openai.lib.streaming.chat import ChatCompletionStreamState

        state: Any = ChatCompletionStreamState()
        begun = ended = False
        with self._client.chat.completions.create(**payload, stream=True) as stream:
            for chunk in stream:
                state.handle_chunk(chunk)
                begun, ended = True, ended or any(item.finish_reason for item in chunk.choices)
        _check_whole(begun, ended)
        return state.current_completion_snapshot

    def _send_response(self, payload: dict[str, Any]) -> Any:
        if not self._settings.stream:
            return self._client.responses.create(**payload)
        begun, last = False, None
        with self._client.responses.create(**payload, stream=True) as stream:
            for event in stream:
                begun = True
                if event.type in ("response.completed", "response.incomplete", "response.failed"):
                    last = event.response
        _check_whole(begun, last is not None)
        return last


def _check_whole(begun: bool, ended: bool) -> None:
    """A stream can break off without an error; one that says nothing is of no protocol."""
    if not begun:
        raise ValueError("a stream without events")
    if not ended:
        raise ConnectionError("the stream ended before the answer did")


def seat(settings: Settings, backoff: Backoff | None = None) -> ModelPolicy:
    """A policy that asks a model of OpenAI or of a compatible server."""
    return ModelPolicy(OpenAIProvider(settings), settings, backoff)
