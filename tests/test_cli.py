"""The command line: one JSON object with the promised keys, errors in one line, pages to read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from delivery_kit import STORE
from typer.testing import CliRunner, Result

from fde_env import __version__
from fde_env.cli import app

SMOKE = ("--size", "smoke", "--seed", "1", "--data-seed", "1", "--execution", "replay")
PROMISED = {
    *("ticket", "agent", "trap", "pressure", "inject", "base", "nominal_base", "seed", "backend"),
    *("execution", "train_pass", "learned", "halted", "tbdl", "base_accuracy", "accuracy"),
    *("p_value", "alarms", "verdicts", "reward", "gpu_hours", "cost_usd", "run_id", "run_dir"),
}


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FDE_HOME", str(STORE))


def fde(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_run_prints_one_json_object_with_every_promised_key() -> None:
    done = fde("run", "--agent", "reference", "--trap", "permute", *SMOKE, "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert set(report) >= PROMISED
    assert report["reward"] == 1.0
    assert (report["trap"], report["pressure"]) == ("permute", "none")
    assert report["verdicts"] == dict.fromkeys(report["verdicts"], True)


def test_a_misread_ticket_is_tbdl_and_only_intake_fails() -> None:
    report = json.loads(
        fde("run", "--agent", "misreader", "--trap", "permute", *SMOKE, "--json").stdout
    )
    assert (report["train_pass"], report["learned"], report["tbdl"]) == (True, False, True)
    assert [stage for stage, passed in report["verdicts"].items() if not passed] == ["intake"]
    assert report["reward"] == pytest.approx(0.45)
    assert report["accuracy"] < report["base_accuracy"]


def test_a_delivery_is_shown_with_verdicts_and_what_was_delivered() -> None:
    shown = fde("run", "--agent", "misreader", "--trap", "permute", *SMOKE).stdout
    assert "FAIL" in shown
    assert "trained but did not learn" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--agent", "nobody"), "no agent 'nobody'"),
        (("run", "--agent", "no.such:Thing"), "module:Name"),
        (("run", "--trap", "pit"), "option 'trap'"),
        (("run", "--backend", "cloud"), "option 'backend'"),
        (("run", "--data-seed", "4242", "--execution", "replay"), "not in the store"),
        (("tickets", "show", "T-0000000000"), "no ticket"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(words: tuple[str, ...], said: str) -> None:
    done = fde(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_tickets_are_listed_once_each() -> None:
    rows = json.loads(fde("tickets", "list", "--json").stdout)
    assert len({row["ticket"] for row in rows}) == len(rows) >= 120
    one = json.loads(fde("tickets", "list", "--split", "held_back", "--json").stdout)
    assert {row["split"] for row in one} == {"held_back"}


def test_a_ticket_is_shown_and_its_drop_written(tmp_path: Path) -> None:
    done = fde("tickets", "show", "--size", "smoke", "--write", str(tmp_path / "drop"))
    assert "data_dictionary.md" in done.stdout
    written = {path.name for path in (tmp_path / "drop").iterdir()}
    assert {"request.txt", "messages.csv", "labels_1.csv", "label_map_2.json"} <= written


def test_version() -> None:
    assert fde("--version").stdout.strip() == __version__
