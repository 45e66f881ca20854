"""OpenAI's Responses API, stateless."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from provider_form import Event, Form, Says, as_text, halves, loose


class Responses(Form):
    path = "/v1/responses"

    def _items(self, says: Says, number: int) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        if says.thinks:
            secret = f"cipher{number}"
            items.append(
                {
                    "type": "reasoning",
                    "id": f"rs_{number}",
                    "summary": [],
                    "encrypted_content": secret,
                }
            )
        parts: list[dict[str, Any]] = []
        if says.text:
            parts.append({"type": "output_text", "text": says.text, "annotations": []})
        if says.refusal is not None:
            parts.append({"type": "refusal", "refusal": says.refusal})
        if parts:
            items.append(
                {
                    "type": "message",
                    "id": f"msg_{number}",
                    "role": "assistant",
                    "status": "completed",
                    "content": parts,
                }
            )
        for index, (tool, given) in enumerate(says.calls):
            items.append(
                {
                    "type": "function_call",
                    "id": f"fc_{number}_{index}",
                    "call_id": f"call_{number}_{index}",
                    "name": tool,
                    "arguments": as_text(given),
                    "status": "completed",
                }
            )
        return items

    def whole(self, says: Says, number: int) -> dict[str, Any]:
        cut = says.stop in ("max_output_tokens", "content_filter")
        return {
            "id": f"resp_{number}",
            "object": "response",
            "created_at": 1.0,
            "model": "scripted",
            "status": "incomplete" if cut else "completed",
            "error": None,
            "incomplete_details": {"reason": says.stop} if cut else None,
            "output": self._items(says, number),
            "parallel_tool_calls": False,
            "tool_choice": "required",
            "tools": [],
            "usage": {
                "input_tokens": says.input_tokens,
                "input_tokens_details": {
                    "cached_tokens": says.cached_tokens,
                    "cache_write_tokens": 0,
                },
                "output_tokens": says.output_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": says.input_tokens + says.output_tokens,
            },
        }

    def pieces(self, says: Says, number: int) -> Iterator[Event]:
        response = self.whole(says, number)
        begun = {**response, "status": "in_progress", "output": [], "usage": None}
        count = iter(range(10_000))

        def event(kind: str, **rest: Any) -> Event:
            return kind, {"type": kind, "sequence_number": next(count), **rest}

        yield event("response.created", response=begun)
        for index, item in enumerate(response["output"]):
            yield event("response.output_item.added", output_index=index, item=item)
            if item["type"] == "function_call":
                for part in halves(item["arguments"]):
                    yield event(
                        "response.function_call_arguments.delta",
                        output_index=index,
                        item_id=item["id"],
                        delta=part,
                    )
            yield event("response.output_item.done", output_index=index, item=item)
        yield event(f"response.{response['status']}", response=response)

    def problem(self, body: dict[str, Any]) -> str | None:
        if body.get("store") is not False:
            return "store: must be false here"
        for tool in body["tools"]:
            if tool["strict"] and (said := loose(tool["parameters"])):
                return f"Invalid schema for function '{tool['name']}': {said}"
        asked = [item["call_id"] for item in body["input"] if item.get("type") == "function_call"]
        told = [i["call_id"] for i in body["input"] if i.get("type") == "function_call_output"]
        if asked != told:
            return "No tool output found for function call"
        calls = [item for item in body["input"] if item.get("type") == "function_call"]
        if any(not isinstance(json.loads(item["arguments"]), dict) for item in calls):
            return "arguments must be a JSON object"
        ids = {item.get("id") for item in body["input"] if item.get("type") == "reasoning"}
        tied = [item for item in calls if "id" in item and item["id"].startswith("fc_")]
        wanted = {f"rs_{item['id'].split('_')[1]}" for item in tied} if ids else set()
        return (
            "function_call was provided without its required 'reasoning' item"
            if (ids and not wanted <= ids)
            else None
        )

    def error(self, status: int, kind: str, message: str) -> dict[str, Any]:
        return {"error": {"message": message, "type": kind, "param": None, "code": kind}}
