"""The rows that a run is judged on: prompts that a sandbox may see, labels that it may not.

Evaluation always uses the served prompt, the last message alone: the model is judged as
the customer will use it, whatever format it was trained in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fde_env.compile import Handling
from fde_env.contract.base import digest_of
from fde_env.contract.evidence import SplitOutcome
from fde_env.contract.run_spec import CellKey
from fde_env.contract.submissions.plan import Split
from fde_env.tickets.cell import build_cell
from fde_env.tickets.prompts import PromptFormat, completions, render

FINAL_SPLITS: tuple[Split, ...] = ("held_out", "dev", "train")


@dataclass(frozen=True)
class EvalSets:
    """Prompts by split (with "pool", the probe's), and what the host knows about them.

    `truth` holds the true intents of the host's own rows, `texts` the raw texts of the
    customer's, whose labels depend on the handling.
    """

    completions: tuple[str, ...]
    intents: tuple[str, ...]
    prompts: Mapping[str, tuple[str, ...]]
    truth: Mapping[str, tuple[int, ...]]
    texts: Mapping[str, tuple[str, ...]]
    digest: str

    def labels(self, split: Split, handling: Handling) -> tuple[int | None, ...]:
        """Labels of a split: true ones for held-out rows, the handling's for the others.

        None where the handling leaves the row out: it is not counted then.
        """
        if split in self.truth:
            return self.truth[split]
        rows = handling.dev if split == "dev" else handling.train
        label_of = {row.text: row.label for row in rows}
        index_of = {intent: index for index, intent in enumerate(self.intents)}
        kept = (label_of.get(text) for text in self.texts[split])
        return tuple(None if label is None else index_of[label] for label in kept)


@lru_cache(maxsize=16)
def eval_sets(key: CellKey, served: PromptFormat) -> EvalSets:
    """The evaluation rows of a cell, rendered in the served prompt format."""
    cell = build_cell(key)
    texts = {
        "held_out": tuple(row.text for row in cell.held_out),
        "pool": tuple(row.text for row in cell.probe_pool),
        "dev": tuple(row.text for row in cell.split("dev")),
        "train": tuple(row.text for row in cell.dev_twins),
    }
    prompts = {
        name: tuple(render(text, "", "message_only", served) for text in items)
        for name, items in texts.items()
    }
    truth = {
        "held_out": tuple(row.intent for row in cell.held_out),
        "pool": tuple(row.intent for row in cell.probe_pool),
    }
    labels = completions(cell.domain)
    return EvalSets(
        completions=labels,
        intents=cell.domain.intents,
        prompts=prompts,
        truth=truth,
        texts={name: texts[name] for name in ("dev", "train")},
        digest=digest_of({"prompts": prompts, "truth": truth, "labels": labels}),
    )


def pair(
    split: Split, labels: Sequence[int | None], base: Sequence[int], tuned: Sequence[int]
) -> SplitOutcome:
    """Count paired correctness of base and tuned predictions against the labels there are."""
    rows = [row for row in zip(labels, base, tuned, strict=True) if row[0] is not None]
    return SplitOutcome(
        split=split,
        rows=len(rows),
        base_correct=sum(label == was for label, was, _ in rows),
        correct=sum(label == now for label, _, now in rows),
        gains=sum(was != label == now for label, was, now in rows),
        losses=sum(was == label != now for label, was, now in rows),
    )
