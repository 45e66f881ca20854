"""OpenAI's Chat Completions, as compatible servers speak it too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from provider_form import Event, Form, Says, as_text, halves, loose


class Chat(Form):
    path = "/v1/chat/completions"

    def _usage(self, says: Says) -> dict[str, Any]:
        return {
            "prompt_tokens": says.input_tokens,
            "completion_tokens": says.output_tokens,
            "total_tokens": says.input_tokens + says.output_tokens,
            "prompt_tokens_details": {"cached_tokens": says.cached_tokens},
        }

    def _stop(self, says: Says) -> str:
        return says.stop or ("tool_calls" if says.calls else "stop")

    def _calls(self, says: Says, number: int) -> list[dict[str, Any]]:
        return [
            {
                "id": f"call_{number}_{index}",
                "type": "function",
                "function": {"name": tool, "arguments": as_text(given)},
            }
            for index, (tool, given) in enumerate(says.calls)
        ]

    def _head(self, number: int, kind: str) -> dict[str, Any]:
        return {"id": f"chatcmpl-{number}", "object": kind, "created": 1, "model": "scripted"}

    def whole(self, says: Says, number: int) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": says.text or None}
        message["refusal"] = says.refusal
        if says.calls:
            message["tool_calls"] = self._calls(says, number)
        choice = {"index": 0, "message": message, "finish_reason": self._stop(says)}
        head = self._head(number, "chat.completion")
        return {**head, "choices": [choice], "usage": self._usage(says)}

    def pieces(self, says: Says, number: int) -> Iterator[Event]:
        def chunk(delta: dict[str, Any], stop: str | None = None) -> Event:
            choice = {"index": 0, "delta": delta, "finish_reason": stop}
            return None, {**self._head(number, "chat.completion.chunk"), "choices": [choice]}

        yield chunk({"role": "assistant", "content": ""})
        for part in halves(says.text) if says.text else []:
            yield chunk({"content": part})
        if says.refusal is not None:
            yield chunk({"refusal": says.refusal})
        for index, whole in enumerate(self._calls(says, number)):
            function = whole["function"]
            begun = {**whole, "index": index, "function": {**function, "arguments": ""}}
            yield chunk({"tool_calls": [begun]})
            for part in halves(function["arguments"]):
                piece = {"index": index, "function": {"arguments": part}}
                yield chunk({"tool_calls": [piece]})
        yield chunk({}, self._stop(says))
        head = self._head(number, "chat.completion.chunk")
        yield None, {**head, "choices": [], "usage": self._usage(says)}
        yield None, "[DONE]"

    def problem(self, body: dict[str, Any]) -> str | None:
        for tool in body["tools"]:
            function = tool["function"]
            if function.get("strict") and (said := loose(function["parameters"])):
                return f"Invalid schema for function '{function['name']}': {said}"
        waiting: list[str] = []
        for message in body["messages"]:
            if message["role"] == "tool":
                if message["tool_call_id"] not in waiting:
                    return "messages with role 'tool' must be a response to a preceding message"
                waiting.remove(message["tool_call_id"])
            elif waiting:
                return "An assistant message with 'tool_calls' must be followed by tool messages"
            for asked in message.get("tool_calls") or []:
                if not isinstance(json.loads(asked["function"]["arguments"]), dict):
                    return "function.arguments must be a JSON object"
                waiting.append(asked["id"])
        return "tool messages are missing" if waiting else None

    def error(self, status: int, kind: str, message: str) -> dict[str, Any]:
        return {"error": {"message": message, "type": kind, "param": None, "code": kind}}
