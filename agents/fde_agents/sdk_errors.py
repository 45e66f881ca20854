"""What went wrong in a request, in this project's words.

Both SDKs are made by one generator and name their exceptions alike, so one reading serves both;
the SDK is handed in, since each is imported in its own file alone. No message of an
authentication error is passed on: it may quote a part of the key.
"""

from __future__ import annotations

import email.utils
import time
from types import ModuleType
from typing import Any, Final

from fde_agents.retry import AttemptFailed, ContextFull
from fde_agents.transcript import scrubbed
from fde_env.errors import (
    BadResponse,
    ConnectionLost,
    ProviderError,
    ProviderOverloaded,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
)

NO_CREDIT: Final = ("insufficient_quota", "billing")
TOO_LONG: Final = (
    "context_length_exceeded",
    "context length",
    "context window",
    "prompt is too long",
    "maximum context",
    "request_too_large",
)
# Kinds that servers name inside an answer or a stream, where no HTTP status says it.
KIND_OF_WORD: Final[tuple[tuple[str, type[ProviderError]], ...]] = (
    ("rate_limit", RateLimited),
    ("overloaded", ProviderOverloaded),
    ("timeout", ProviderTimeout),
    ("server_error", ProviderOverloaded),
    ("api_error", ProviderOverloaded),
)
TEXT_LIMIT: Final = 400


def failure_of(sdk: ModuleType, error: Exception, secrets: tuple[str, ...]) -> AttemptFailed:
    """The failure that `error`, raised by a call of `sdk`, stands for."""
    said = str(scrubbed(_words(error), secrets))[:TEXT_LIMIT]
    if isinstance(error, sdk.APITimeoutError) or _named(error, "TimeoutException"):
        return AttemptFailed(ProviderTimeout("no answer within timeout_s"), again=True)
    broken = isinstance(error, ConnectionError) or _named(error, "TransportError")
    if broken or isinstance(error, sdk.APIConnectionError):
        lost = ConnectionLost(f"the connection to the provider failed: {said}")
        return AttemptFailed(lost, again=True)
    if isinstance(error, sdk.APIStatusError):
        return _of_status(error, said)
    if isinstance(error, sdk.APIError) and not isinstance(error, sdk.APIResponseValidationError):
        return failure_of_word(_kind(error), said)
    return AttemptFailed(BadResponse(f"unreadable answer: {said}"), again=True)


def failure_of_word(word: str, said: str) -> AttemptFailed:
    """The failure that a server names inside an answer that is otherwise in order."""
    for part, kind in KIND_OF_WORD:
        if part in word:
            return AttemptFailed(kind(f"the provider reports {word}: {said}"), again=True)
    rejected = RequestRejected(f"the provider reports {word or 'an error'}: {said}")
    return AttemptFailed(rejected, again=False)


def _of_status(error: Any, said: str) -> AttemptFailed:
    status, kind = int(error.status_code), _kind(error)
    if status < 400:
        # An error inside a stream that had begun well.
        return failure_of_word(kind, said)
    text = f"HTTP {status}: {said}"
    passing: ProviderError | None = None
    if status == 429:
        passing = RateLimited(text)
    elif status == 408:
        passing = ProviderTimeout(text)
    elif status == 409 or status >= 500:
        passing = ProviderOverloaded(text)
    if passing is not None:
        headers = error.response.headers
        again = headers.get("x-should-retry") != "false" and kind not in NO_CREDIT
        return AttemptFailed(passing, again=again, after_s=_wait(headers))
    if status in (401, 403):
        text = f"HTTP {status}: the provider does not take this key"
    if status == 413 or any(word in f"{kind} {said}".lower() for word in TOO_LONG):
        return ContextFull(RequestRejected(text), again=False)
    return AttemptFailed(RequestRejected(text), again=False)


def _words(error: Exception) -> str:
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        inner = body.get("error", body)
        inner = inner if isinstance(inner, dict) else {"message": inner}
        # Compatible servers say it in words of their own.
        if said := inner.get("message") or inner.get("detail"):
            return str(said)
    return str(error) or type(error).__name__


def _kind(error: Any) -> str:
    """The provider's own word for the error: its code or type."""
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error", body)
    inner = inner if isinstance(inner, dict) else {}
    return str(inner.get("code") or inner.get("type") or "")


def _named(error: Exception, name: str) -> bool:
    """Whether the HTTP library raised it; the SDKs let some of its errors through."""
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _wait(headers: Any) -> float | None:
    """Seconds that the server asks to wait: retry-after-ms, or retry-after as number or date."""
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / divisor
        except ValueError:
            moment = email.utils.parsedate_tz(value)
            if moment is None:
                continue
            seconds = email.utils.mktime_tz(moment) - time.time()
        if seconds >= 0:
            return seconds
    return None
