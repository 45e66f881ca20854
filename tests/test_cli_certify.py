"""`fde certify`: one JSON object with the promised keys, failures told, mistakes in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fde_env.cli import app

PROMISED = {
    *("tickets", "certified", "mutants", "careful_rate", "configurator", "cue_auc"),
    *("blind_ceiling", "failures"),
}


def test_json_has_every_promised_key_and_missing_runs_are_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An empty store: whatever the pack lacks is told, ticket by ticket.
    monkeypatch.setenv("FDE_HOME", str(tmp_path))
    words = ["certify", "--quick", "--tickets", "2", "--processes", "1", "--json"]
    done = CliRunner().invoke(app, words)
    report = json.loads(done.stdout)
    assert set(report) >= PROMISED
    assert report["tickets"] == 2
    assert report["cue_auc"] is None
    assert set(report["mutants"]) == {"total", "killed", "cross_stage_flips"}
    assert done.exit_code == (1 if report["failures"] else 0)
    assert set(report["failures"][0] if report["failures"] else {"check", "why"}) >= {
        "check",
        "why",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [(("--split", "tomorrow"), "no split"), (("--quick", "--tickets", "100000"), "ask for 1 to")],
)
def test_mistakes_are_told_in_one_line(words: tuple[str, ...], message: str) -> None:
    done = CliRunner().invoke(app, ["certify", *words])
    assert done.exit_code == 2
    assert message in done.output
