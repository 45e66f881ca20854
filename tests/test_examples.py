"""The examples run as they are, and show what they say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def load(name: str) -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_a_policy_of_ten_lines_passes_the_gate_that_its_habits_do_not() -> None:
    habits, staged = load("custom_policy")["main"]()
    assert not habits["deploy"]
    assert staged == {**habits, "deploy": True}


@pytest.mark.parametrize(("tickets", "finding"), [(4, "not decided"), (8, "higher")])
def test_two_agents_are_compared_as_pairs(tickets: int, finding: str, tmp_path: Path) -> None:
    assert load("compare_agents")["main"](tickets, str(tmp_path)).startswith(finding)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ten_line_loop", "pressure_pair"])
def test_the_training_examples_run_at_smoke_size(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FDE_HOME", str(tmp_path))
    load(name)["main"]("smoke")


def test_no_example_reaches_past_the_public_names() -> None:
    for path in EXAMPLES.glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        imports = [line for line in lines if line.startswith(("import fde", "from fde"))]
        allowed = (
            "import fde_env",
            "from fde_env import",
            "from fde_env.bridges",
            "from fde_agents",
        )
        assert all(line.startswith(allowed) for line in imports), path.name


def test_the_replay_benchmark_measures_every_part_that_it_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = load("bench_replay")["main"](["--smoke", "--steps", "300"])
    assert found["per_second"]["best"] >= found["per_second"]["median"] > 0
    missing = [part for part, share in found["by_part_share"].items() if not 0 < share < 1]
    assert not missing, "a function has another name now"
    assert {"reset", "run_eval", "submit_card"} <= set(found["by_action_us"])
    assert found["memory"]["steps"] == 300
    assert "episodes a second of CPU time" in capsys.readouterr().out


def test_the_benchmark_of_vector_environments_measures_each_way() -> None:
    found = load("bench_vector")["main"](["--smoke", "--environments", "4"])
    assert list(found["ways"]) == ["bare", "one process", "2 processes", "2 apart"]
    assert all(row["best"] >= row["median"] > 0 for row in found["ways"].values())
    assert found["ways"]["one process"]["ratio"] == 1.0
