"""The label whose tokens the model finds most likely behind each prompt, exactly.

Definition: a label's score is the sum of log-probabilities of its tokens and of the
end-of-sequence token behind them, which is the training target; the prediction is the
label with the highest score, the first of them on a tie.

A sum of log-probabilities only falls along a label. So a best-first search of the label
trie may stop as soon as the best open node is a finished label: no other can overtake it.
The prompt runs once and leaves its key-value cache; the search then feeds a handful of
tokens per prompt, for all prompts of a batch at once, each token seeing its prompt and its
own path through a mask. Where a model keeps a cache that cannot be used so (a recurrent
state, say), or where the two ways disagree on the first prompts, every label is scored by
a plain forward pass instead: the same answer, slower.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from fde_containers.trie import NOTHING, Tokenizer, build_trie, encode, label_tokens
from fde_containers.trie_search import search, supports_search

Progress = Callable[[int, int], None]

UNDECIDED = -1
"""Prediction of a model whose log-probabilities are not numbers."""

# On a CPU small batches stay in cache and pad less; a GPU wants large ones.
_CPU_ROWS, _GPU_ROWS = 64, 192
_BATCH_TOKENS = 12_288
_LOGIT_VALUES = 64_000_000


class LabelPredictor:
    """Predicts labels for prompts; keeps the tokens, not the model.

    Args:
        tokenizer: of the base, with an end-of-sequence token.
        labels: completions to choose from.
        example: any prompt; the labels are tokenised as they stand behind it.
    """

    def __init__(self, tokenizer: Tokenizer, labels: Sequence[str], example: str) -> None:
        self._tokenizer = tokenizer
        self._targets = label_tokens(tokenizer, labels, example)
        self._trie = build_trie(self._targets)
        self._searchable: bool | None = None

    def predict(
        self, model: Any, prompts: Sequence[str], progress: Progress | None = None
    ) -> list[int]:
        """Index of the best label of each prompt, in the order of `prompts`.

        Args:
            model: a causal language model in eval mode.
            prompts: texts that the labels follow.
            progress: called with (prompts done, prompts in all) after each batch.

        Returns:
            One label index a prompt; UNDECIDED where no score is a number.
        """
        if not prompts:
            return []
        rows = encode(self._tokenizer, prompts)
        answers = [UNDECIDED] * len(rows)
        with torch.inference_mode():
            if self._searchable is None:
                self._searchable = self._search_agrees(model, rows)
            done = 0
            for batch in self._batches(model, rows):
                found = self._answer(model, [rows[index] for index in batch])
                for index, label in zip(batch, found, strict=True):
                    answers[index] = label
                done += len(batch)
                if progress is not None:
                    progress(done, len(rows))
        return answers

    def _answer(self, model: Any, rows: list[list[int]]) -> list[int]:
        if self._searchable:
            return search(model, rows, self._trie)[0].tolist()
        return best_by_full_scoring(model, rows, self._targets)

    def _search_agrees(self, model: Any, rows: list[list[int]]) -> bool:
        """Whether the search gives the plain forward pass's scores on the first prompts."""
        if not supports_search(model):
            return False
        few = sorted(rows, key=len)[:: max(1, len(rows) - 1)][:2]
        try:
            labels, scores = search(model, few, self._trie)
        except (TypeError, ValueError, IndexError, RuntimeError, AttributeError):
            # A custom model may take no 4-D mask or position ids: the plain way is then right.
            return False
        if bool((labels == NOTHING).any()):
            return True
        plain = full_scores(model, few, [self._targets[int(label)] for label in labels])
        tolerance = 1e-3 if next(model.parameters()).dtype == torch.float32 else 5e-2
        gap = (plain.diagonal() - scores).abs()
        return bool((gap <= tolerance * (1 + scores.abs())).all())

    def _batches(self, model: Any, rows: list[list[int]]) -> list[list[int]]:
        """Indices of rows of like length, so that little is padded."""
        vocabulary = int(model.get_output_embeddings().weight.shape[0])
        most = _CPU_ROWS if model.device.type == "cpu" else _GPU_ROWS
        limit = max(1, min(most, _LOGIT_VALUES // (8 * vocabulary)))
        order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
        batches: list[list[int]] = [[]]
        for index in order:
            full = len(batches[-1]) >= limit
            if full or (len(batches[-1]) + 1) * len(rows[index]) > _BATCH_TOKENS:
                batches.append([])
            batches[-1].append(index)
        return [batch for batch in batches if batch]


def full_scores(
    model: Any, rows: list[list[int]], targets: Sequence[Sequence[int]]
) -> torch.Tensor:
    """Score of every target behind every row by plain forward passes, shape (rows, targets)."""
    device = next(model.parameters()).device
    scores = torch.empty(len(rows), len(targets), device=device)
    for column, target in enumerate(targets):
        width = max(len(row) for row in rows) + len(target)
        ids = torch.tensor(
            [[*row, *target, *[0] * (width - len(row) - len(target))] for row in rows],
            device=device,
        )
        # Padding stands behind everything that is read, so causal attention needs no mask.
        logits = model(input_ids=ids, use_cache=False).logits.float().log_softmax(-1)
        for place, row in enumerate(rows):
            span = torch.arange(len(row) - 1, len(row) - 1 + len(target), device=device)
            wanted = torch.tensor(target, device=device)
            scores[place, column] = logits[place, span, wanted].sum()
    return scores


def best_by_full_scoring(
    model: Any, rows: list[list[int]], targets: Sequence[Sequence[int]]
) -> list[int]:
    """The best target of each row by `full_scores`; UNDECIDED where none is a number."""
    scores = full_scores(model, rows, targets).nan_to_num(nan=float("-inf"))
    best, label = scores.max(dim=1)
    return torch.where(best == float("-inf"), UNDECIDED, label).tolist()
