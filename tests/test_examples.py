"""The examples run as they are, and show what they say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def load(name: str) -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_a_refuser_earns_nothing_on_a_good_ticket_and_all_on_an_impossible_one() -> None:
    assert load("custom_policy")["main"]() == (0.0, 1.0)


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
        allowed = ("import fde_env", "from fde_env import", "from fde_agents")
        assert all(line.startswith(allowed) for line in imports), path.name
