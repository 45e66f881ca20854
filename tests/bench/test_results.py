"""The results file: plain JSON, complete, and enough to draw from."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console
from study_kit import results

from fde_env.bench.results import short, write_results
from fde_env.bench.table import show_results


def test_the_file_reads_back_as_it_was(tmp_path: Path) -> None:
    path = write_results(results(), tmp_path / "new")
    assert json.loads(path.read_text()) == json.loads(json.dumps(results()))
    assert [item.name for item in path.parent.iterdir()] == ["results.json"]


def test_it_records_what_was_fixed_before_the_first_step() -> None:
    (fixed,) = results()["preregistered"]
    assert fixed["probe"]["harm_margin"] == -0.05
    assert fixed["probe"]["futility_margin"] == fixed["acceptance"]["margin"] == 0.15


def test_alarms_are_told_in_words_with_their_step() -> None:
    for run in results()["runs"]:
        steps = [s for s in (run["harm_step"], run["futility_step"]) if s is not None]
        assert len(run["alarms"]) == len(steps)
        assert all(any(f"at step {s}" in words for words in run["alarms"]) for s in steps)


def test_json_output_has_the_promised_keys_alone() -> None:
    printed = short(results())
    assert set(printed) == {"runs", "summary"}
    assert "loss" not in printed["runs"][0]
    assert set(printed["summary"]["noise"]) == {"n", "tbdl", "harm_alarms", "futility_alarms"}


def test_loss_falls_in_every_recorded_arm() -> None:
    assert all(run["loss_last"] < run["loss_first"] for run in results()["runs"])


def test_the_terminal_shows_arms_denominators_and_money() -> None:
    text = io.StringIO()
    show_results(Console(file=text, width=110), results(), [])
    shown = text.getvalue()
    assert "2 runs that learn: 0" in shown
    assert "3 runs not severely corrupted: 0" in shown
    assert f"${results()['money']['tbdl_usd']:.2f} of it on runs" in shown
