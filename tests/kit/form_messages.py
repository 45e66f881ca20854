"""Anthropic's Messages API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from provider_form import Event, Form, Says, halves, loose


class Messages(Form):
    path = "/v1/messages"

    def _blocks(self, says: Says, number: int) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        if says.thinks:
            blocks.append({"type": "thinking", "thinking": "...", "signature": f"sig{number}"})
        if says.text:
            blocks.append({"type": "text", "text": says.text})
        for index, (tool, given) in enumerate(says.calls):
            blocks.append(
                {
                    "type": "tool_use",
                    "id": f"toolu_{number}_{index}",
                    "name": tool,
                    "input": given,
                    "caller": {"type": "direct"},
                }
            )
        return blocks

    def whole(self, says: Says, number: int) -> dict[str, Any]:
        stop = says.stop or ("tool_use" if says.calls else "end_turn")
        message = {
            "id": f"msg_{number}",
            "type": "message",
            "role": "assistant",
            "model": "scripted",
            "content": self._blocks(says, number),
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {
                "input_tokens": says.input_tokens - says.cached_tokens,
                "cache_read_input_tokens": says.cached_tokens,
                "cache_creation_input_tokens": 0,
                "output_tokens": says.output_tokens,
            },
        }
        if says.refusal is not None:
            details = {"type": "refusal", "category": None, "explanation": says.refusal}
            message |= {"stop_reason": "refusal", "stop_details": details}
        return message

    def pieces(self, says: Says, number: int) -> Iterator[Event]:
        message = self.whole(says, number)
        blocks, stop = message["content"], message["stop_reason"]
        begun = message | {"content": [], "stop_reason": None}
        begun["usage"] = begun["usage"] | {"output_tokens": 1}
        begun.pop("stop_details", None)
        yield "message_start", {"type": "message_start", "message": begun}
        yield "ping", {"type": "ping"}
        for index, block in enumerate(blocks):
            yield from self._block(index, block)
        delta = {"stop_reason": stop, "stop_sequence": None}
        if "stop_details" in message:
            delta["stop_details"] = message["stop_details"]
        used = {"output_tokens": says.output_tokens}
        yield "message_delta", {"type": "message_delta", "delta": delta, "usage": used}
        yield "message_stop", {"type": "message_stop"}

    def _block(self, index: int, block: dict[str, Any]) -> Iterator[Event]:
        kind = block["type"]
        empty = {"text": "", "input": {}, "thinking": "", "signature": ""}
        begun = {key: empty.get(key, value) for key, value in block.items()}
        start = {"type": "content_block_start", "index": index, "content_block": begun}
        yield "content_block_start", start
        deltas: list[dict[str, Any]] = []
        if kind == "tool_use":
            parts = halves(json.dumps(block["input"]))
            deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
        elif kind == "text":
            deltas = [{"type": "text_delta", "text": part} for part in halves(block["text"])]
        else:
            deltas = [
                {"type": "thinking_delta", "thinking": block["thinking"]},
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        for delta in deltas:
            event = {"type": "content_block_delta", "index": index, "delta": delta}
            yield "content_block_delta", event
        yield "content_block_stop", {"type": "content_block_stop", "index": index}

    def problem(self, body: dict[str, Any]) -> str | None:
        if not {"model", "max_tokens", "messages"} <= body.keys() or body["max_tokens"] < 1:
            return "model, max_tokens and messages: Field required"
        roles = [message["role"] for message in body["messages"]]
        if roles[0] != "user" or roles[-1] != "user" or any(a == b for a, b in pairwise(roles)):
            return "messages: roles must alternate between user and assistant"
        turns = [pair for pair in pairwise(body["messages"]) if pair[0]["role"] == "assistant"]
        wrong = (said for asked, told in turns if (said := self._wrong(asked, told)))
        return self._strictness(body["tools"]) or next(wrong, None)

    def _strictness(self, tools: list[dict[str, Any]]) -> str | None:
        strict = [tool for tool in tools if tool.get("strict")]
        if len(strict) > 20:
            return f"Too many strict tools ({len(strict)}). The maximum number supported is 20."
        return next((said for tool in strict if (said := loose(tool["input_schema"]))), None)

    def _wrong(self, asked: dict[str, Any], told: dict[str, Any]) -> str | None:
        if not asked["content"] or any(block.get("text") == "" for block in asked["content"]):
            return "messages: text content blocks must be non-empty"
        calls = [block for block in asked["content"] if block["type"] == "tool_use"]
        if any(not isinstance(block["input"], dict) for block in calls):
            return "messages: tool_use.input: Input should be a valid dictionary"
        found = [b["tool_use_id"] for b in told["content"] if b["type"] == "tool_result"]
        if [block["id"] for block in calls] != found:
            return "messages: tool_use ids were found without tool_result blocks after"
        return None

    def error(self, status: int, kind: str, message: str) -> dict[str, Any]:
        return {"type": "error", "error": {"type": kind, "message": message}}
