"""Prompts: thread only where asked for, and a clean border to the completion."""

from __future__ import annotations

from itertools import islice

import pytest
from tokenizers import Tokenizer

from fde_env.bases import BASES, Base, base_path
from fde_env.contract.run_spec import CellKey
from fde_env.tickets import prompts
from fde_env.tickets.cell import build_cell

CELL = build_cell(CellKey(domain="bank", data_seed=1, size="smoke"))


def test_thread_is_shown_under_whole_thread_only() -> None:
    row = CELL.messages[0]
    alone = prompts.render(row.text, row.thread, "message_only", "intent_line")
    whole = prompts.render(row.text, row.thread, "whole_thread", "intent_line")
    assert alone == f"Message: {row.text}\nIntent:"
    assert row.thread in whole
    assert whole.endswith(f"{row.text}\nIntent:")


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.id)
@pytest.mark.parametrize("prompt_format", ["intent_line", "support_form"])
def test_completion_never_merges_into_the_prompt(
    base: Base, prompt_format: prompts.PromptFormat
) -> None:
    tokenizer = Tokenizer.from_file(str(base_path(base.id) / "tokenizer.json"))
    labels = prompts.completions(CELL.domain)
    for number, row in enumerate(islice(CELL.messages, 154)):
        prompt = prompts.render(row.text, row.thread, "whole_thread", prompt_format)
        label = labels[number % 77]
        joined = tokenizer.encode(prompt + label).ids
        assert joined == tokenizer.encode(prompt).ids + tokenizer.encode(label).ids


def test_shared_tokenizer_loses_no_text() -> None:
    text = "Zażółć gęślą jaźń: €5, naïve?\n> quoted"
    contents = {(base_path(base.id) / "tokenizer.json").read_bytes() for base in BASES}
    assert len(contents) == 1
    tokenizer = Tokenizer.from_file(str(base_path(BASES[0].id) / "tokenizer.json"))
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_messages_fit_the_row_length_and_most_threads_do_not() -> None:
    tokenizer = Tokenizer.from_file(str(base_path(BASES[0].id) / "tokenizer.json"))
    longest_label = max(len(tokenizer.encode(c).ids) for c in prompts.completions(CELL.domain))

    def tokens(context: prompts.Context) -> list[int]:
        rows = (prompts.render(m.text, m.thread, context, "intent_line") for m in CELL.messages)
        return [len(tokenizer.encode(row).ids) + longest_label + 1 for row in rows]

    assert max(tokens("message_only")) <= 96
    over = sum(length > 96 for length in tokens("whole_thread")) / len(CELL.messages)
    assert over > 0.4
