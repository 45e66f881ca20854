"""`fde export` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from fde_env.cli import app


def fde(*words: str) -> Result:
    return CliRunner().invoke(app, ["export", *words])


def test_rows_are_written_and_what_is_left_out_is_said(played: Path, tmp_path: Path) -> None:
    flags = ("--format", "jsonl", "--agent", "careful", "--outcome", "delivered")
    done = fde(str(played), "--out", str(tmp_path / "out"), *flags, "--min-return", "1")
    assert done.exit_code == 0, done.output
    assert "of 3 episodes" in done.stdout
    assert "left out: 2 without a score" in done.stdout
    assert (tmp_path / "out" / "data.jsonl").is_file()


def test_json_is_one_object(played: Path, tmp_path: Path) -> None:
    flags = ("--format", "jsonl", "--layout", "chat", "--json")
    done = fde(str(played), "--out", str(tmp_path / "out"), *flags)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["layout"], found["rows"], found["episodes"]) == ("chat", 10, 10)
    assert found["made_with"][0].startswith("FDE-v0 of fde-env ")


def test_a_mistake_is_one_line_and_exits_2(played: Path, tmp_path: Path) -> None:
    for words in (("--format", "csv"), ("--outcome", "perhaps"), ("--agent", "nobody")):
        done = fde(str(played), "--out", str(tmp_path / "out"), *words)
        assert done.exit_code == 2
        assert "Traceback" not in done.stderr
    assert fde(str(tmp_path), "--out", str(tmp_path / "out")).exit_code == 2
