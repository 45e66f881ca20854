"""A data set of one's own as a cell of the study: any text column with any label column.

Rows are cleaned (blank and doubled texts go, and every text whose copies disagree on the
label), then split by the seed into train, dev, probe pool and held-out rows. The arms:

* correct: the data set's own labels;
* mask: the same labels, the loss also on the prompt;
* permute: every label is exchanged for another one, the same one throughout;
* noise: labels are shuffled over the training rows. There is no old auto-tagger for data
  that one brings along, so text and label have nothing to do with each other here: a base
  that does not know the task stays where it is, while one that knows it well is made worse,
  and a harm alarm is then right.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fde_env.bases import base_digest, base_path
from fde_env.bench.plan import (
    Arm,
    Planned,
    Study,
    changed,
    check_unique,
    prepare_arm,
    price_of,
)
from fde_env.compile import Handling, LabelledRow, RunInputs, compile_run, dataset_digest
from fde_env.contract.base import digest_of
from fde_env.contract.run_spec import CellKey
from fde_env.delivery_run import probe_plan
from fde_env.errors import UsageError
from fde_env.intervene import forced_handling
from fde_env.runs.eval_sets import EvalSets
from fde_env.runs.runner import RunRequest
from fde_env.tickets.cell import COUNTS
from fde_env.tickets.language import normalised
from fde_env.tickets.prompts import completion, render

LEAST_ROWS: Final = 100
WARMUP: Final = {"full": 15, "smoke": 5}
LONGEST_ROW: Final = 1024
TRAIN_SAMPLE: Final = 200
"""Training rows that are scored as well, to see what was memorised."""


@dataclass(frozen=True)
class Examples:
    """A cleaned data set: unique texts with one label each, in the order of the source."""

    name: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Digest of the rows, 64 hex digits."""
        return digest_of([self.texts, self.labels])


def read_examples(source: str, text_column: str, label_column: str) -> Examples:
    """Read and clean a .csv or .jsonl file, or a data set of the hub (its train split).

    Raises:
        UsageError: there is no such file or column, or too little is left after cleaning.
    """
    path = Path(source).expanduser()
    if path.suffix in (".csv", ".jsonl") and path.is_file():
        rows = _csv(path) if path.suffix == ".csv" else _jsonl(path)
    elif path.suffix or source.count("/") > 1 or path.exists():
        raise UsageError(f"{source} is no .csv or .jsonl file: give one, or a hub id")
    else:
        rows = _hub(source, label_column)
    pairs = list(_pairs(rows, source, text_column, label_column))
    return clean(path.stem, pairs)


def clean(name: str, pairs: Iterable[tuple[str, str]]) -> Examples:
    """Drop blanks, doubles, and texts whose copies disagree.

    Raises:
        UsageError: fewer than 100 rows or two labels are left.
    """
    found: dict[str, tuple[str, str]] = {}
    disputed: set[str] = set()
    for text, label in ((text.strip(), label.strip()) for text, label in pairs):
        same = normalised(text)
        if not same or not label:
            continue
        if same in found and found[same][1] != label:
            disputed.add(same)
        found.setdefault(same, (text, label))
    kept = [pair for same, pair in found.items() if same not in disputed]
    names = {label for _, label in kept}
    if len(kept) < LEAST_ROWS or len(names) < 2:
        raise UsageError(
            f"{name}: {len(kept)} usable rows with {len(names)} labels are too few for a study; "
            f"at least {LEAST_ROWS} rows and 2 labels are needed"
        )
    return Examples(name, tuple(text for text, _ in kept), tuple(label for _, label in kept))


def plan_own_data(study: Study, examples: Examples) -> tuple[Planned, ...]:
    """The study's runs on `examples` instead of a shipped domain.

    Raises:
        UsageError: as `plan_study`.
    """
    for what, values in (("base", study.bases), ("seed", study.seeds), ("arm", study.arms)):
        check_unique(what, values)
    cells = {seed: split(examples, seed, study) for seed in study.seeds}
    return tuple(
        _planned(study, base, arm, cells[seed])
        for base in study.bases
        for arm in study.arms
        for seed in study.seeds
    )


@dataclass(frozen=True)
class OwnCell:
    """One seed's split of the examples: indices of rows by split."""

    key: CellKey
    examples: Examples
    rows: dict[str, tuple[int, ...]]

    def handling(self, arm: Arm) -> Handling:
        """Training and dev rows as the arm labels them."""
        rng = random.Random(f"own-data/{arm}/{self.key.data_seed}")
        names = sorted(set(self.examples.labels))
        shuffled = rng.sample(names, len(names))
        # The next one in a random circle: no label keeps its own name.
        circle = dict(zip(shuffled, [*shuffled[1:], shuffled[0]], strict=True))
        made = {}
        for part in ("train", "dev"):
            labels = [self.examples.labels[row] for row in self.rows[part]]
            if arm == "permute":
                labels = [circle[label] for label in labels]
            elif arm == "noise":
                rng.shuffle(labels)
            texts = [self.examples.texts[row] for row in self.rows[part]]
            pairs = sorted(zip(texts, labels, strict=True))
            made[part] = tuple(LabelledRow(text, "", label) for text, label in pairs)
        return Handling(made["train"], made["dev"], dataset_digest(made["train"]))

    def sets(self) -> EvalSets:
        """Rows that runs are judged on; true labels stay on the host."""
        names = tuple(sorted(set(self.examples.labels)))
        index = {name: place for place, name in enumerate(names)}
        chosen = {**self.rows, "train": self.rows["train"][:TRAIN_SAMPLE]}
        texts = {
            part: tuple(self.examples.texts[row] for row in rows) for part, rows in chosen.items()
        }
        prompts = {
            part: tuple(render(text, "", "message_only", "intent_line") for text in found)
            for part, found in texts.items()
        }
        truth = {
            part: tuple(index[self.examples.labels[row]] for row in chosen[part])
            for part in ("held_out", "pool")
        }
        labels = tuple(completion(name) for name in names)
        return EvalSets(
            completions=labels,
            intents=names,
            prompts=prompts,
            truth=truth,
            texts={part: texts[part] for part in ("dev", "train")},
            digest=digest_of({"prompts": prompts, "truth": truth, "labels": labels}),
        )


def split(examples: Examples, seed: int, study: Study) -> OwnCell:
    """Split by `seed`: the shipped cells' counts, or their shares where rows are fewer."""
    counts = COUNTS[study.size]
    wanted = {
        "held_out": counts.held_out,
        "pool": counts.probe_pool,
        "dev": counts.dev,
        "train": counts.train,
    }
    share = min(1.0, len(examples.texts) / sum(wanted.values()))
    order = list(range(len(examples.texts)))
    random.Random(f"own-data/split/{seed}").shuffle(order)
    rows, start = {}, 0
    for part, count in wanted.items():
        size = int(count * share)
        rows[part] = tuple(order[start : start + size])
        start += size
    key = CellKey(domain=f"own-{examples.digest[:16]}", data_seed=seed, size=study.size)
    return OwnCell(key, examples, rows)


def _planned(study: Study, base: str, arm: Arm, cell: OwnCell) -> Planned:
    # Policy, prices and hyperparameters are those of a shipped ticket; the rows are not.
    prepared = prepare_arm(study, base, cell.key.data_seed, "mask" if arm == "mask" else "correct")
    truth = prepared.ticket.truth
    _, plan = forced_handling(truth)
    folder = base_path(base)
    sets, handling = cell.sets(), cell.handling(arm)
    probe = probe_plan(study.size, len(sets.prompts["pool"]))
    inputs = RunInputs(
        cell=cell.key,
        base_id=base,
        base_digest=base_digest(folder),
        splits_digest=sets.digest,
        warmup_steps=WARMUP[study.size],
        probe=probe.model_copy(
            update={"sample_size": min(probe.sample_size, probe.pool_size // 2)}
        ),
    )
    config = changed(truth.reference_config, base, study)
    config = config.model_copy(update={"max_length": longest_row(folder, cell)})
    return Planned(
        base=base,
        seed=cell.key.data_seed,
        arm=arm,
        request=RunRequest(
            compile_run(handling, plan, config, inputs), handling, sets, show_alarms=False
        ),
        acceptance=truth.policy.acceptance,
        price=price_of(prepared),
    )


def longest_row(base: Path, cell: OwnCell) -> int:
    """Tokens of the longest training row under the base's tokenizer, at most 1,024.

    Longer rows are cut, which takes their label: the run record counts what was kept.
    """
    if not (base / "tokenizer.json").is_file():
        return LONGEST_ROW
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    rows = [
        render(cell.examples.texts[row], "", "message_only", "intent_line")
        + completion(cell.examples.labels[row])
        for row in cell.rows["train"]
    ]
    longest = max(len(code.ids) for code in tokenizer.encode_batch(rows)) + 2
    return min(LONGEST_ROW, -(-longest // 8) * 8)


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _jsonl(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{path.name}: line {number} is not JSON ({error})") from None
            if not isinstance(row, dict):
                raise UsageError(f"{path.name}: line {number} is not an object")
            yield row


def _hub(hub_id: str, label_column: str) -> Iterator[dict[str, Any]]:
    """Rows of a hub data set's train split, class numbers as their names."""
    try:
        from datasets import ClassLabel, load_dataset
    except ImportError as error:
        raise UsageError("a hub id needs datasets: install fde-env[train]") from error
    try:
        rows = load_dataset(hub_id, split="train")
    except Exception as error:
        raise UsageError(f"{hub_id} cannot be loaded: {error}") from error
    feature = rows.features.get(label_column)
    for row in rows:
        if isinstance(feature, ClassLabel):
            row = {**row, label_column: feature.int2str(row[label_column])}  # noqa: PLW2901
        yield row


def _pairs(
    rows: Iterable[dict[str, Any]], source: str, text: str, label: str
) -> Iterator[tuple[str, str]]:
    for row in rows:
        missing: Sequence[str] = [name for name in (text, label) if name not in row]
        if missing:
            raise UsageError(
                f"{source} has no column {missing[0]!r}; it has {', '.join(map(str, row))}. "
                "Name yours with --text-column and --label-column"
            )
        if row[text] is not None and row[label] is not None:
            yield str(row[text]), str(row[label])
