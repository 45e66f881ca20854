"""Entries of transcripts in the forms of several providers."""

from __future__ import annotations

from typing import Any

import pytest

from fde_env.report.spoken import in_words

CALL = 'calls read_file {"name": "a.csv"}'


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"role": "user", "text": "Hello."}, "Hello."),
        ({"role": "assistant", "asked": "Which?", "text": "b"}, "Which?\nb"),
        (
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "I look."},
                    {"type": "text", "text": "So:"},
                    {"type": "tool_use", "name": "read_file", "input": {"name": "a.csv"}},
                ],
                "stop": "tool_use",
                "refusal": None,
            },
            f"I look.\nSo:\n{CALL}",
        ),
        (
            {
                "content": [
                    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "I look."}]},
                    {"type": "message", "content": [{"type": "output_text", "text": "So:"}]},
                    {
                        "type": "function_call",
                        "name": "read_file",
                        "arguments": '{"name": "a.csv"}',
                    },
                ]
            },
            f"I look.\nSo:\n{CALL}",
        ),
        (
            {
                "content": [
                    {
                        "role": "assistant",
                        "content": "So:",
                        "tool_calls": [
                            {"function": {"name": "read_file", "arguments": '{"name": "a.csv"}'}}
                        ],
                    }
                ]
            },
            f"So:\n{CALL}",
        ),
        ({"role": "note", "seen": {"x": 1}}, '{"seen": {"x": 1}}'),
        ({"role": "assistant", "content": [], "stop": "end"}, ""),
        ("just text", "just text"),
        (7, "7"),
    ],
)
def test_every_form_is_read_as_words(entry: Any, said: str) -> None:
    assert in_words(entry) == said
