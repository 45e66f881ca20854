"""`fde confirm` from the command line, on recorded smoke runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from delivery_kit import STORE
from study_kit import results
from typer.testing import CliRunner

from fde_env.bench.results import short
from fde_env.cli import app

SMOKE = ("--size", "smoke", "--base", "qwen3-tiny-a", "--seeds", "1", "--execution", "replay")


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FDE_HOME", str(STORE))
    monkeypatch.chdir(tmp_path)


def confirm(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["confirm", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_json_is_one_object_and_nothing_else() -> None:
    code, out, _ = confirm(*SMOKE, "--json", "--no-pictures")
    assert code == 0
    assert json.loads(out) == json.loads(json.dumps(short(results())))


def test_the_results_file_is_written_where_it_was_asked_for() -> None:
    code, out, _ = confirm(*SMOKE, "--no-pictures", "--out", "here/there")
    assert code == 0
    assert "here/there/results.json" in out
    assert len(json.loads(Path("here/there/results.json").read_text())["runs"]) == 4


def test_pictures_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    assert confirm(*SMOKE, "--arms", "correct,permute")[0] == 0
    assert {"loss.svg", "wealth.png"} <= {path.name for path in Path("confirm").iterdir()}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--base", "nobody"), "no base 'nobody'"),
        (("--arms", "correct,typo"), "unknown arm 'typo'"),
        (("--seeds", "one"), "whole numbers"),
        (("--size", "huge"), "unknown size 'huge'"),
        (("--precision", "int3"), "unknown precision 'int3'"),
        (("--data", "nothing.csv"), "no .csv or .jsonl file"),
        (("--execution", "maybe"), "unknown execution"),
        ((*SMOKE, "--steps", "17"), "4 runs are not stored"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(arguments: tuple[str, ...], words: str) -> None:
    code, out, err = confirm(*arguments)
    assert code == 2
    assert out == ""
    assert words in " ".join(err.split())


def test_a_hub_id_without_a_gpu_means_its_stand_in() -> None:
    code, out, err = confirm(*SMOKE[:3], "Qwen/Qwen3-8B", *SMOKE[4:], "--json", "--no-pictures")
    assert code == 0
    assert "qwen3-tiny-a stands in for it" in " ".join(err.split())
    assert {run["base"] for run in json.loads(out)["runs"]} == {"qwen3-tiny-a"}
