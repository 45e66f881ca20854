"""Best-first search of a label trie for a batch of prompts, behind their key-value cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from fde_containers.trie import NOTHING, LabelTrie

_ATTENTION_KINDS = {"full_attention", "sliding_attention"}
_MASK_AWARE = {"sdpa", "eager"}
_LOWEST = float("-inf")
_FEW_TOKENS = 128


def supports_search(model: Any) -> bool:
    """Whether the model attends over keys that a mask can select.

    Recurrent layers keep one state a sequence, and kernels such as FlashAttention take no
    free mask; neither can follow several branches at once.
    """
    config = model.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or _ATTENTION_KINDS)
    kernel = getattr(config, "_attn_implementation", None)
    return kinds <= _ATTENTION_KINDS and kernel in _MASK_AWARE


def search(model: Any, rows: list[list[int]], trie: LabelTrie) -> tuple[torch.Tensor, torch.Tensor]:
    """Best label of each row and its score, in nats.

    Args:
        model: a causal language model in eval mode, for which `supports_search` is true.
        rows: prompt token ids, at least one a row.
        trie: of the labels.

    Returns:
        Labels (B,), NOTHING where no score is a number, and scores (B,).
    """
    state = _Search(model, rows, trie.to(next(model.parameters()).device))
    while state.open():
        state.step()
    return state.answers, state.scores


@contextmanager
def _last_mlp_only_at(model: Any, rows: torch.Tensor, ends: torch.Tensor) -> Iterator[None]:
    """Let the last layer's MLP work on each prompt's last token only.

    Nothing else of what it makes is read: keys and values were taken before it, and only
    the last token's logits are. In a small model that is a fifth of the prompt's cost.
    """
    layers = getattr(model.get_decoder(), "layers", None)
    mlp: Any = getattr(layers[-1], "mlp", None) if layers else None
    if not all(hasattr(mlp, name) for name in ("gate_proj", "up_proj", "down_proj")):
        yield
        return
    patched = mlp.__dict__.get("forward")
    whole = mlp.forward

    def pruned(hidden: torch.Tensor) -> torch.Tensor:
        out = torch.zeros_like(hidden)
        out[rows, ends] = whole(hidden[rows, ends])
        return out

    mlp.forward = pruned
    try:
        yield
    finally:
        del mlp.forward
        if patched is not None:
            mlp.forward = patched


class _Search:
    """The state of one batch: the cache, the open nodes, and the nodes in the cache."""

    def __init__(self, model: Any, rows: list[list[int]], trie: LabelTrie) -> None:
        from transformers import DynamicCache

        self._model = model
        self._trie = trie
        device = trie.token.device
        self._device = device
        self._lengths = torch.tensor([len(row) for row in rows], device=device)
        self.answers = torch.full((len(rows),), NOTHING, device=device)
        self.scores = torch.full((len(rows),), _LOWEST, device=device)
        self._places = torch.arange(len(rows), device=device)
        # Without a config the cache keeps every key; sliding windows go into the mask.
        self._cache = DynamicCache()
        self._width = int(self._lengths.max())
        self._window = getattr(model.config.get_text_config(), "sliding_window", None)
        self._fed = torch.empty((len(rows), 0), dtype=torch.long, device=device)
        # score[b, n]: log-probability of node n behind prompt b, _LOWEST unless n is open.
        self._score = torch.full((len(rows), len(trie.token)), _LOWEST, device=device)
        self._score[:, 0] = 0.0
        self._leaf = trie.label != NOTHING
        self._bound = self.scores
        # The node fed last in each row's dive.
        self._tip = torch.zeros_like(self.answers)
        self._expand(
            torch.zeros((len(rows), 1), dtype=torch.long, device=device), self._prefill(rows)
        )

    def _prefill(self, rows: list[list[int]]) -> torch.Tensor:
        """Run the prompts; returns the logits behind each, shape (B, 1, V)."""
        ids = torch.tensor(
            [row + [0] * (self._width - len(row)) for row in rows], device=self._device
        )
        ends, which = torch.unique(self._lengths - 1, return_inverse=True)
        places = torch.arange(len(rows), device=self._device)
        # Padding stands on the right, where causal attention cannot see it.
        with _last_mlp_only_at(self._model, places, self._lengths - 1):
            logits: torch.Tensor = self._model(
                input_ids=ids, past_key_values=self._cache, use_cache=True, logits_to_keep=ends
            ).logits
        return logits[places, which].unsqueeze(1)

    def open(self) -> bool:
        """Close the rows in which no open node can still beat the best label; any row left?"""
        best, node = self._score.masked_fill(~self._leaf, _LOWEST).max(dim=1)
        hope = self._score.masked_fill(self._leaf, _LOWEST).amax(dim=1)
        closed = hope <= best
        if bool(closed.any()):
            found = torch.where(best == _LOWEST, NOTHING, self._trie.label[node])
            self.answers[self._places[closed]] = found[closed]
            self.scores[self._places[closed]] = best[closed]
            self._keep((~closed).nonzero().squeeze(1))
            best = best[~closed]
        self._bound = best
        return len(self._places) > 0

    def _keep(self, rows: torch.Tensor) -> None:
        self._places = self._places[rows]
        self._lengths = self._lengths[rows]
        self._score = self._score[rows]
        self._fed = self._fed[rows]
        self._tip = self._tip[rows]
        if len(rows):
            self._cache.batch_select_indices(rows)

    def step(self) -> None:
        """Dive until every row has some label to beat, then open all that could beat it."""
        if bool((self._bound == _LOWEST).any()):
            nodes = self._trie.chain[self._dive()]
            nodes = nodes[:, : int((nodes != NOTHING).sum(dim=1).max())]
            logits = self._feed(nodes)
            for column in range(nodes.shape[1]):
                self._expand(nodes[:, column, None], logits[:, column, None])
            self._tip = nodes.gather(1, (nodes != NOTHING).sum(dim=1, keepdim=True) - 1).squeeze(1)
        else:
            nodes = self._rivals()
            logits = self._feed(nodes)
            depths = torch.where(nodes == NOTHING, NOTHING, self._trie.depth[nodes.clamp(min=0)])
            # A parent gives its children their scores, so it comes first.
            for depth in sorted(set(depths.flatten().tolist())):
                self._expand(torch.where(depths == depth, nodes, NOTHING), logits)

    def _dive(self) -> torch.Tensor:
        """The best child of the node fed last; the best open node once a label is reached."""
        inner = self._score.masked_fill(self._leaf, _LOWEST)
        below = self._trie.children[self._tip]
        value = inner.gather(1, below.clamp(min=0)).masked_fill(below == NOTHING, _LOWEST)
        best, place = value.max(dim=1, keepdim=True)
        child = below.gather(1, place).squeeze(1)
        diving = (self._bound == _LOWEST) & (best.squeeze(1) > _LOWEST)
        return torch.where(diving, child, inner.argmax(dim=1))

    def _rivals(self) -> torch.Tensor:
        """Open nodes above the best label so far: no exact search could skip them. (B, F)."""
        rival = self._score.masked_fill(self._leaf, _LOWEST)
        rival = rival.masked_fill(rival <= self._bound[:, None], _LOWEST)
        counts = (rival > _LOWEST).sum(dim=1)
        # As wide as the mean row wants: wider would pad, and the rest has its turn next.
        width = int((counts.sum() + len(counts) - 1) // len(counts))
        value, node = rival.topk(width, dim=1)
        nodes = torch.where(value == _LOWEST, NOTHING, node)
        # For a few stragglers all that lies below costs less than another round.
        below = self._trie.under[nodes.clamp(min=0)]
        below = below.masked_fill((nodes == NOTHING)[:, :, None], NOTHING).flatten(1)
        widest = int((below != NOTHING).sum(dim=1).max())
        if widest * len(below) > _FEW_TOKENS:
            return nodes
        return below.sort(dim=1, descending=True).values[:, :widest]

    def _feed(self, nodes: torch.Tensor) -> torch.Tensor:
        """Run nodes (B, F) through the model behind what is cached; their logits (B, F, V)."""
        self._fed = torch.cat([self._fed, nodes], dim=1)
        known = nodes.clamp(min=0)
        positions = self._lengths[:, None] + self._trie.depth[known] - 1
        logits: torch.Tensor = self._model(
            input_ids=self._trie.token[known],
            attention_mask=self._mask(nodes, positions),
            position_ids=positions.clamp(min=0),
            past_key_values=self._cache,
            use_cache=True,
        ).logits
        return logits

    def _mask(self, nodes: torch.Tensor, positions: torch.Tensor) -> Any:
        """What each fed node sees: its prompt, its ancestors, itself. (B, 1, F, keys), added."""
        before = torch.arange(self._width, device=self._device)
        prompt = before[None, None, :] < self._lengths[:, None, None]
        above = self._trie.ancestors[nodes.clamp(min=0)]
        path = (self._fed[:, None, :, None] == above[:, :, None, :]).any(dim=-1)
        seen = torch.cat([prompt.expand(-1, nodes.shape[1], -1), path], dim=2)
        full = self._additive(seen)
        if self._window is None:
            return full
        key_places = torch.cat(
            [
                before.expand(len(nodes), -1),
                self._lengths[:, None] + self._trie.depth[self._fed.clamp(min=0)] - 1,
            ],
            dim=1,
        )
        near = positions[:, :, None] - key_places[:, None, :] < self._window
        return {"full_attention": full, "sliding_attention": self._additive(seen & near)}

    def _additive(self, seen: torch.Tensor) -> torch.Tensor:
        kind = self._model.dtype
        mask = torch.zeros(seen.shape, dtype=kind, device=self._device)
        return mask.masked_fill_(~seen, torch.finfo(kind).min).unsqueeze(1)

    def _expand(self, nodes: torch.Tensor, logits: torch.Tensor) -> None:
        """Replace each fed node by its children, whose scores the logits give."""
        chosen = logits.float()
        rows, column = (nodes != NOTHING).nonzero(as_tuple=True)
        node = nodes[rows, column]
        below = self._trie.children[node]
        there = below != NOTHING
        gain = chosen[rows, column].gather(1, self._trie.token[below.clamp(min=0)])
        value = self._score[rows, node, None] + gain - chosen.logsumexp(dim=-1)[rows, column, None]
        value = value.nan_to_num(nan=_LOWEST)
        self._score[rows, node] = _LOWEST
        spot = rows[:, None].expand_as(below)
        self._score[spot[there], below[there]] = value[there]
