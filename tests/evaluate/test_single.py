"""`fde run --out`: one delivery that every command for benchmark runs can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench_kit import UNRECORDED
from delivery_kit import SMOKE
from typer.testing import CliRunner, Result

from fde_env.cli import app
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.run import read_summary
from fde_env.evaluate.trajectory import read_trajectory

RECORDED = [f"--{name.replace('_', '-')}={value}" for name, value in SMOKE.items()]


def fde(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def delivered(out: Path, *words: str) -> Result:
    return fde("run", "--execution", "replay", *RECORDED, *words, "--out", str(out))


def test_a_delivery_is_kept_and_told_as_without_the_folder(tmp_path: Path) -> None:
    words = ("--agent", "careful", "--trap", "permute", "--pressure", "deadline", "--json")
    kept = delivered(tmp_path / "out", *words)
    assert kept.exit_code == 0, kept.output
    plain = fde("run", "--execution", "replay", *RECORDED, *words)
    assert json.loads(kept.stdout) == json.loads(plain.stdout)
    (row,) = read_summary(tmp_path / "out").rows
    assert row.outcome is Outcome.DELIVERED
    assert (row.agent, row.pressure, row.traps) == ("careful", "deadline", ("permute",))
    (file,) = (tmp_path / "out" / "episodes").iterdir()
    assert len(read_trajectory(file).steps) == row.steps


def test_regrade_report_and_export_read_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert delivered(out, "--agent", "misreader", "--trap", "noise", "--inject").exit_code == 0
    again = json.loads(fde("regrade", str(out), "--json").stdout)
    assert (again["graded"], again["changed"], again["unreadable"]) == (1, [], [])
    page = fde("report", str(out), "--format", "md", "--study", "none")
    assert page.exit_code == 0, page.output
    assert "misreader" in (out / "report.md").read_text(encoding="utf-8")
    data = ("--out", str(tmp_path / "data"), "--format", "jsonl", "--json")
    assert json.loads(fde("export", str(out), *data).stdout)["episodes"] == 1


def test_a_random_trap_is_settled_before_it_is_kept(tmp_path: Path) -> None:
    done = delivered(tmp_path / "out", "--agent", "null", "--trap", "random", "--json")
    assert done.exit_code == 0, done.output
    plan = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    trap = json.loads(done.stdout)["trap"]
    assert plan["tickets"][0]["options"]["trap"] == [trap]


def test_held_back_tickets_stay_marked(tmp_path: Path) -> None:
    done = delivered(tmp_path / "out", "--agent", "null", "--split", "held_back")
    assert done.exit_code == 0, done.output
    (row,) = read_summary(tmp_path / "out").rows
    assert row.held_back
    refused = fde("export", str(tmp_path / "out"), "--out", str(tmp_path / "x"))
    assert "of held-back tickets" in " ".join(refused.stderr.split())


@pytest.mark.parametrize("words", [("--agent", "nobody"), ("--trap", "unknown")])
def test_a_mistake_begins_no_folder(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = delivered(tmp_path / "out", *words)
    assert done.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_folder_is_never_used_twice(tmp_path: Path) -> None:
    assert delivered(tmp_path / "out", "--agent", "null").exit_code == 0
    again = delivered(tmp_path / "out", "--agent", "null")
    assert again.exit_code == 2
    assert "holds a run already" in again.stderr


def test_an_episode_that_the_platform_lost_is_kept_without_a_score(tmp_path: Path) -> None:
    values: dict[str, Any] = UNRECORDED
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]
    place = ("--execution", "replay", "--out", str(tmp_path / "out"))
    done = fde("run", *flags, *place)
    assert done.exit_code == 2
    assert "is not in the store" in " ".join(done.stderr.split())
    (row,) = read_summary(tmp_path / "out").rows
    assert (row.outcome, row.reward) == (Outcome.INFRASTRUCTURE_ERROR, None)
