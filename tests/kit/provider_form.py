"""What a protocol has to know, so that a server on loopback can speak it.

The three forms are written from the providers' published formats, not from the adapters: a
request that a real server would not take is answered with an error in the protocol's own form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Event = tuple[str | None, dict[str, Any] | str]


@dataclass(frozen=True)
class Says:
    """What the model answers: calls as (tool, arguments), text, or a refusal."""

    calls: tuple[tuple[str, Any], ...] = ()
    text: str = ""
    refusal: str | None = None
    stop: str | None = None
    input_tokens: int = 1000
    cached_tokens: int = 0
    output_tokens: int = 50
    thinks: bool = False


def call(tool: str, **arguments: Any) -> Says:
    return Says(calls=((tool, arguments),))


class Form:
    """One protocol. `number` makes ids unique."""

    path: str

    def whole(self, says: Says, number: int) -> dict[str, Any]:
        raise NotImplementedError

    def pieces(self, says: Says, number: int) -> Iterator[Event]:
        raise NotImplementedError

    def problem(self, body: dict[str, Any]) -> str | None:
        raise NotImplementedError

    def error(self, status: int, kind: str, message: str) -> dict[str, Any]:
        raise NotImplementedError


def halves(text: str) -> list[str]:
    return [text[: len(text) // 2], text[len(text) // 2 :]]


def as_text(given: Any) -> str:
    return given if isinstance(given, str) else json.dumps(given)


def loose(schema: dict[str, Any]) -> str | None:
    """What a strict mode has against a schema, at any depth."""
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "additionalProperties must be false"
        if list(schema.get("required", [])) != list(schema["properties"]):
            return "every property must be required"
    banned = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength"}
    banned |= {"maxLength", "pattern", "default", "$ref", "title", "prefixItems"}
    if found := banned & schema.keys():
        return f"{min(found)} is not supported"
    inner = [
        *schema.get("properties", {}).values(),
        *([schema["items"]] if "items" in schema else []),
    ]
    return next((said for part in inner if (said := loose(part))), None)
