"""`fde bench` and `fde regrade` from the command line."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fde_env.cli import app
from fde_env.evaluate.summary import Summary

REQUEST = """
agents = ["careful", "configurator"]
options = { execution = "replay" }
[[tickets]]
trap = "permute"
seed = 1
data_seed = 1
size = "smoke"
"""


def fde(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def request_file(tmp_path: Path) -> str:
    file = tmp_path / "request.toml"
    file.write_text(REQUEST)
    return str(file)


def test_a_run_is_shown_with_intervals_and_what_could_have_been_seen(
    tmp_path: Path, request_file: str
) -> None:
    place = ("--out", str(tmp_path / "out"), "--executor", "serial")
    done = fde("bench", request_file, *place, "--pressure", "none", "--pressure", "deadline")
    assert done.exit_code == 0, done.output
    for words in ("careful", "delivered [95%]", "P(staged)", "not decided", "too few pairs"):
        assert words in done.stdout
    assert "4 of 4 episodes" in done.stdout
    again = fde("regrade", str(tmp_path / "out"))
    assert again.exit_code == 0
    assert "4 of 4 episodes graded anew" in " ".join(again.stdout.split())
    found = json.loads(fde("regrade", str(tmp_path / "out"), "--json").stdout)
    assert found["changed"] == []


def test_json_is_the_summary_and_nothing_else(tmp_path: Path, request_file: str) -> None:
    out = tmp_path / "out"
    flags = ("--inject", "both", "--trials", "2", "--seed", "3", "--pairing", "fork")
    done = fde("bench", request_file, "--out", str(out), "--executor", "serial", *flags, "--json")
    assert done.exit_code == 0, done.output
    assert done.stdout == (out / "summary.json").read_text()
    summary = Summary.model_validate_json(done.stdout)
    assert (summary.planned, summary.trials, summary.pairing) == (8, 2, "fork")
    assert {row.seed for row in summary.rows} == {3, 4}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "agents"),
        (("--agent", "nobody"), "no agent 'nobody'"),
        (("--agent", "null", "--suite", "other"), "no suite 'other'"),
        (("--agent", "null", "--inject", "perhaps"), "off, on or both"),
        (("--agent", "null", "--executor", "cloud"), "--executor is"),
        (("--agent", "null", "--execution", "maybe"), "option 'execution'"),
        (("missing.toml",), "cannot be read"),
    ],
)
def test_a_mistake_is_one_line_and_exits_2(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = fde("bench", *words, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert fde("regrade", str(tmp_path)).exit_code == 2


def test_a_ceiling_that_stops_the_run_exits_3(tmp_path: Path, request_file: str) -> None:
    costly = ("--agent", "bench_policies:Costly", "--trials", "3", "--max-usd", "0.2")
    place = ("--out", str(tmp_path / "out"), "--executor", "serial")
    done = fde("bench", request_file, *costly, *place)
    assert done.exit_code == 3
    assert "raise --max-usd" in done.stderr
    assert "INCOMPLETE" in done.stdout


def test_the_example_compares_two_agents_as_pairs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example = Path(__file__).parents[2] / "examples" / "compare_agents.py"
    sentence = runpy.run_path(str(example))["main"](4, str(tmp_path / "out"))
    assert "careful: 4 of 4 delivered" in capsys.readouterr().out
    assert sentence.startswith("not decided: +1.000")
