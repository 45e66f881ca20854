"""Token lengths of a cell's training rows under a base's tokenizer."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from fde_env.bases import base_path
from fde_env.contract.run_spec import CellKey
from fde_env.tickets.cell import build_cell
from fde_env.tickets.prompts import Context, PromptFormat, completion, render
from fde_env.view import Quantiles

QUANTILES: Final = (0.5, 0.9, 0.99, 1.0)


@lru_cache(maxsize=32)
def token_quantiles(cell: CellKey, base: str, served: PromptFormat) -> Quantiles:
    """Quantiles of prompt + completion + end token, in tokens, for both contexts.

    Raises:
        UsageError: there is no such base.
    """
    # Reading a tokenizer takes a moment that replays on a warm cache need not pay.
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base_path(base) / "tokenizer.json"))
    rows = build_cell(cell).split("train")
    intents = build_cell(cell).domain.intents

    def measure(context: Context) -> tuple[tuple[float, int], ...]:
        texts = [
            render(row.text, row.thread, context, served) + completion(intents[row.intent])
            for row in rows
        ]
        lengths = sorted(len(code.ids) + 1 for code in tokenizer.encode_batch(texts))
        last = len(lengths) - 1
        return tuple((q, lengths[round(q * last)]) for q in QUANTILES)

    return Quantiles(message_only=measure("message_only"), whole_thread=measure("whole_thread"))
