"""Tool calls that stand in a model's text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_agents.spoken import calls_in

ONE = '{"name": "read_file", "arguments": {"name": "a.csv"}}'
ARGUMENTS = {"name": "a.csv"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"<tool_call>{ONE}</tool_call>", [("read_file", ARGUMENTS)]),
        (f"Let me see.\n<tool_call>\n{ONE}\n</tool_call>\nDone.", [("read_file", ARGUMENTS)]),
        (f"<tool_call>{ONE}</tool_call><tool_call>{ONE}", [("read_file", ARGUMENTS)] * 2),
        (f"<think>{ONE}</think>\n{ONE}", [("read_file", ARGUMENTS)]),
        (f"<think>still thinking {ONE}", []),
        (f"```json\n{ONE}\n```", [("read_file", ARGUMENTS)]),
        (f"[{ONE}, {ONE}]", [("read_file", ARGUMENTS)] * 2),
        ('{"tool": "read_ticket"}', [("read_ticket", {})]),
        ('{"name": "read_ticket", "parameters": {}}', [("read_ticket", {})]),
        ('{"function": {"name": "t", "arguments": "{\\"a\\": 1}"}}', [("t", {"a": 1})]),
        ('{"name": "t", "arguments": "not json"}', [("t", "not json")]),
        ("<tool_call>{broken</tool_call>", [("unreadable_tool_call", "{broken")]),
        ("I would call read_ticket now.", []),
        ('{"answer": 42}', []),
        ("42", []),
        ("", []),
    ],
)
def test_calls_are_found_as_models_write_them(text: str, found: list[tuple[str, Any]]) -> None:
    assert [(call.tool, call.arguments) for call in calls_in(text)] == found


@given(st.text() | st.text(alphabet='<tool_call>{}[]",:/ name').map(lambda t: f"<tool_call>{t}"))
def test_no_text_is_too_odd(text: str) -> None:
    for call in calls_in(text):
        assert isinstance(call.tool, str)
