"""Any labelled texts as a study: reading, cleaning, splitting, and what the arms do to labels."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from study_kit import SMOKE_STUDY, quiet

from fde_env.bench.own_data import Examples, clean, plan_own_data, read_examples, split
from fde_env.bench.workers import Workplace, gather
from fde_env.errors import UsageError
from fde_env.runs.store import Store

BANKING = "FDE_BANKING77"
ROWS = [(f"message number {n} about topic {n % 5}", f"topic {n % 5}") for n in range(800)]
STUDY = replace(SMOKE_STUDY, seeds=(1, 2))


def write_csv(path: Path, rows: list[tuple[str, str]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("say", "kind"), *rows])
    return str(path)


def write_jsonl(path: Path, rows: list[tuple[str, str]]) -> str:
    lines = (json.dumps({"say": text, "kind": label}) for text, label in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def examples() -> Examples:
    return clean("mine", ROWS)


@pytest.mark.parametrize(("write", "name"), [(write_csv, "a.csv"), (write_jsonl, "a.jsonl")])
def test_csv_and_jsonl_give_the_same_examples(write: Any, name: str, tmp_path: Path) -> None:
    found = read_examples(write(tmp_path / name, ROWS), "say", "kind")
    assert found.digest == examples().digest


def test_doubles_blanks_and_disputed_texts_go() -> None:
    more = [*ROWS, ("Message NUMBER 0 about topic 0!", "topic 0"), ("  ", "topic 1"), ("x", "")]
    assert clean("mine", more).digest == examples().digest
    disputed = clean("mine", [*ROWS, ("message number 0 about topic 0", "topic 4")])
    assert len(disputed.texts) == len(ROWS) - 1


@pytest.mark.parametrize(
    ("source", "columns", "words"),
    [
        ("missing.csv", ("say", "kind"), "no .csv or .jsonl file"),
        ("rows.csv", ("text", "kind"), "has no column 'text'; it has say, kind"),
        ("few.csv", ("say", "kind"), "too few"),
        ("bad.jsonl", ("say", "kind"), "line 2 is not JSON"),
    ],
)
def test_what_cannot_be_read_is_said(
    source: str, columns: tuple[str, str], words: str, tmp_path: Path
) -> None:
    write_csv(tmp_path / "rows.csv", ROWS)
    write_csv(tmp_path / "few.csv", ROWS[:50])
    (tmp_path / "bad.jsonl").write_text('{"say": "a", "kind": "b"}\n{')
    with pytest.raises(UsageError, match=words):
        read_examples(str(tmp_path / source), *columns)


def test_splits_share_no_row_and_follow_the_seed() -> None:
    one, two = (split(examples(), seed, STUDY).rows for seed in (1, 2))
    rows = [row for part in one.values() for row in part]
    assert len(rows) == len(set(rows)) == 668
    assert one != two
    assert one == split(examples(), 1, STUDY).rows


def test_few_rows_are_shared_out_in_proportion() -> None:
    small = clean("mine", ROWS[:334])
    sizes = {part: len(rows) for part, rows in split(small, 1, STUDY).rows.items()}
    assert sizes == {"held_out": 80, "pool": 64, "dev": 30, "train": 160}


def labels(arm: Any) -> dict[str, str]:
    return {row.text: row.label for row in split(examples(), 1, STUDY).handling(arm).train}


def test_permute_exchanges_every_label_one_to_one() -> None:
    right, wrong = labels("correct"), labels("permute")
    assert right == {text: label for text, label in ROWS if text in right}
    pairs = {(right[text], wrong[text]) for text in right}
    assert len(pairs) == 5
    assert all(was != now for was, now in pairs)


def test_noise_keeps_how_often_a_label_occurs_and_nothing_else() -> None:
    right, wrong = labels("correct"), labels("noise")
    assert Counter(right.values()) == Counter(wrong.values())
    agree = sum(right[text] == wrong[text] for text in right) / len(right)
    assert agree < 0.35  # by chance 0.2


def test_mask_changes_the_loss_alone() -> None:
    plans = {run.arm: run.request.spec for run in plan_own_data(STUDY, examples())}
    assert plans["mask"].dataset_digest == plans["correct"].dataset_digest
    assert (plans["mask"].loss_on, plans["correct"].loss_on) == ("all", "completion")
    assert len({run.key for run in plan_own_data(STUDY, examples())}) == 8


def test_labels_of_clean_rows_are_the_data_s_own_in_every_arm() -> None:
    truth = {
        (run.seed, run.request.sets.truth["held_out"], run.request.sets.truth["pool"])
        for run in plan_own_data(STUDY, examples())
    }
    assert len(truth) == 2


@pytest.fixture
def banking() -> Path:
    folder = os.environ.get(BANKING)
    if not folder or not (Path(folder) / "train.csv").is_file():
        pytest.skip(f"set {BANKING} to a folder with BANKING77's train.csv (text, category)")
    pytest.importorskip("torch")
    return Path(folder)


@pytest.mark.slow
def test_real_banking77_rows_and_a_base_in_a_folder(banking: Path, tmp_path: Path) -> None:
    """Both flags at once: a CSV of real customers' messages, and a base by its folder."""
    from rich.console import Console

    from fde_env.bases import base_path
    from fde_env.bench.confirm import confirm

    few = sorted({"card_arrival", "lost_or_stolen_card", "exchange_rate", "top_up_failed"})
    with (banking / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = [(r["text"], r["category"]) for r in csv.DictReader(file) if r["category"] in few]
    source = tmp_path / "few.csv"
    write_csv(source, rows)
    found = read_examples(str(source), "say", "kind")
    assert sorted(set(found.labels)) == few
    study = replace(
        SMOKE_STUDY,
        bases=(str(base_path("qwen3-tiny-a")),),
        arms=("correct", "permute"),
        learning_rate=2e-3,
    )
    place = Workplace(store=Store(tmp_path / "home"), backend="auto")
    done = confirm(plan_own_data(study, found), place, Console(stderr=True), out=None)
    right, wrong = done.results["runs"]
    assert right["train_pass"]
    assert wrong["train_pass"]
    assert right["accuracy"] > right["base_accuracy"] + 0.15
    assert wrong["accuracy"] < right["accuracy"] - 0.15
    assert wrong["tbdl"]
    assert gather(plan_own_data(study, found), replace(place, execution="replay"), quiet)
