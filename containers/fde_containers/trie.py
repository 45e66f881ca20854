"""The token trie of the labels, as plain tables that a batched search can index.

Every label ends in the end-of-sequence token, exactly as it does in training, so each label
is one leaf, no label is a prefix of another, and a label's score is the log-probability of
the whole training target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import torch

NOTHING = -1
_MOST_UNDER = 24


class Tokenizer(Protocol):
    """What is used of a Hugging Face tokenizer."""

    eos_token_id: int | None

    def __call__(self, text: list[str], **options: object) -> dict[str, list[list[int]]]:
        """Token ids of each text, under `input_ids`."""
        ...


def encode(tokenizer: Tokenizer, texts: Sequence[str], special: bool = True) -> list[list[int]]:
    """Token ids of each text, without an end-of-sequence token that a tokenizer may append."""
    ids = tokenizer(list(texts), add_special_tokens=special, return_attention_mask=False)
    eos = tokenizer.eos_token_id
    return [row[:-1] if len(row) > 1 and row[-1] == eos else list(row) for row in ids["input_ids"]]


def label_tokens(tokenizer: Tokenizer, labels: Sequence[str], prompt: str) -> list[list[int]]:
    """Tokens of each label as they stand behind `prompt`, each with end-of-sequence last.

    Some tokenizers write a text differently at the start of a sequence, so the label is cut
    out of prompt plus label; where tokens merge across the border it is taken alone.
    """
    if tokenizer.eos_token_id is None:
        raise ValueError("the base's tokenizer has no end-of-sequence token")
    head = encode(tokenizer, [prompt])[0]
    whole = encode(tokenizer, [prompt + label for label in labels])
    alone = encode(tokenizer, labels, special=False)
    return [
        [*(full[len(head) :] if full[: len(head)] == head else bare), tokenizer.eos_token_id]
        for full, bare in zip(whole, alone, strict=True)
    ]


@dataclass(frozen=True)
class LabelTrie:
    """A trie of N nodes; node 0 is the root and stands for the prompt's end.

    Attributes:
        token: (N,) token of each node.
        depth: (N,) tokens from the root; the root has 0.
        label: (N,) index of the label that ends here, or NOTHING for inner nodes.
        children: (N, C) nodes below, NOTHING where there are fewer.
        ancestors: (N, D) the node itself and the nodes above it except the root, else -2.
        chain: (N, L) the node and the inner nodes that follow without a fork, else NOTHING.
        under: (N, S) the node and all inner nodes below it, parents first, else NOTHING;
            the node alone where more than 24 are below.
    """

    token: torch.Tensor
    depth: torch.Tensor
    label: torch.Tensor
    children: torch.Tensor
    ancestors: torch.Tensor
    chain: torch.Tensor
    under: torch.Tensor

    def to(self, device: torch.device) -> LabelTrie:
        """The same tables on another device."""
        return LabelTrie(
            *(
                cast("torch.Tensor", getattr(self, name)).to(device)
                for name in self.__dataclass_fields__
            )
        )


def build_trie(sequences: Sequence[Sequence[int]]) -> LabelTrie:
    """The trie of token sequences, each of which ends in the same closing token.

    Two labels with equal tokens share a leaf, which stands for the first of them.
    """
    token, parent, label = [0], [NOTHING], [NOTHING]
    below: list[dict[int, int]] = [{}]
    for index, sequence in enumerate(sequences):
        node = 0
        for item in sequence:
            if item not in below[node]:
                below[node][item] = len(token)
                token.append(item)
                parent.append(node)
                label.append(NOTHING)
                below.append({})
            node = below[node][item]
        if label[node] == NOTHING:
            label[node] = index
    above = [_path(parent, node) for node in range(len(token))]
    chains = [_chain(below, label, node) for node in range(len(token))]
    return LabelTrie(
        token=torch.tensor(token),
        depth=torch.tensor([len(path) for path in above]),
        label=torch.tensor(label),
        children=_table([list(nodes.values()) for nodes in below], NOTHING),
        ancestors=_table(above, NOTHING - 1),
        chain=_table(chains, NOTHING),
        under=_table([_under(below, label, node) for node in range(len(token))], NOTHING),
    )


def _path(parent: list[int], node: int) -> list[int]:
    path = []
    while node > 0:
        path.append(node)
        node = parent[node]
    return path


def _chain(below: list[dict[int, int]], label: list[int], node: int) -> list[int]:
    """From `node` down while there is no choice; leaves are scored, never fed, so they end it."""
    if label[node] != NOTHING:
        return []
    nodes = [node]
    while len(below[nodes[-1]]) == 1:
        (following,) = below[nodes[-1]].values()
        if label[following] != NOTHING:
            break
        nodes.append(following)
    return nodes


def _under(below: list[dict[int, int]], label: list[int], node: int) -> list[int]:
    """Inner nodes from `node` down, level by level; `node` alone if there are too many."""
    if label[node] != NOTHING:
        return []
    nodes = [node]
    for inner in nodes:
        nodes.extend(low for low in below[inner].values() if label[low] == NOTHING)
        if len(nodes) > _MOST_UNDER:
            return [node]
    return nodes


def _table(rows: list[list[int]], filler: int) -> torch.Tensor:
    width = max(1, *(len(row) for row in rows))
    return torch.tensor([row + [filler] * (width - len(row)) for row in rows])
