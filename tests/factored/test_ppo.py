"""The PPO example learns, and its recorded curves hold what is said of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fde_env.suite.tickets import suite

EXAMPLES = Path(__file__).parents[2] / "examples"
BLIND_CEILING = 0.63
"""What certification prints for the suite: who opens no file earns no more."""


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.setenv("FDE_HOME", str(tmp_path))
    yield
    for name in ("ppo", "ppo_curves", "ppo_picture", "ppo_practice"):
        sys.modules.pop(name, None)


@pytest.fixture
def figures() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / "ppo_curves.json").read_text("utf-8"))
    return found


def last_points(figures: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [run["points"][-1] for run in figures["runs"] if run["name"] == name]


def test_a_few_thousand_steps_earn_more_than_the_habits(examples: None) -> None:
    pytest.importorskip("sb3_contrib")
    import ppo

    before, after = ppo.smoke()
    assert before < 0.5
    assert after > before + 0.05


def test_before_training_it_delivers_like_the_configurator(figures: dict[str, Any]) -> None:
    habit = figures["lines"]["configurator"]["mean_return"]
    for run in figures["runs"]:
        assert run["points"][0]["mean_return"] == pytest.approx(habit, abs=0.01)


AIMS = {"mean_return": 0.90, "delivered": 0.85, "intake_on_traps": 0.90}


@pytest.mark.parametrize("name", ["dense", "sparse"])
def test_every_recorded_seed_meets_the_aims_by_either_reward(
    name: str, figures: dict[str, Any]
) -> None:
    points = last_points(figures, name)
    assert len(points) == 3
    assert all(point["tickets"] == len(suite("held_back")) for point in points)
    for figure, aim in AIMS.items():
        assert min(point[figure] for point in points) >= aim


def test_what_was_tried_beside_ppo_is_little_and_is_told(figures: dict[str, Any]) -> None:
    for run in figures["runs"]:
        assert 0 < run["actions_tried_besides"] < 0.5 * figures["steps"]


def test_pressure_never_trained_on_moves_no_delivery_by_much(figures: dict[str, Any]) -> None:
    for run in (run for run in figures["runs"] if run["name"] == "dense"):
        scores = [found["mean_return"] for found in run["pressure_held_out"].values()]
        assert len(scores) == 4
        assert max(scores) - min(scores) <= 0.01


def test_without_tools_the_blind_ceiling_holds(figures: dict[str, Any]) -> None:
    points = last_points(figures, "without tools")
    assert len(points) == 3
    assert all(point["mean_return"] <= BLIND_CEILING + 0.02 for point in points)


def test_training_fits_into_ten_minutes_on_two_cores(figures: dict[str, Any]) -> None:
    assert all(
        run["training_cpu_seconds"] + figures["generation_cpu_seconds"] <= 1200
        for run in figures["runs"]
        if run["name"] == "dense"
    )


def test_the_picture_is_drawn_from_the_figures(
    examples: None, figures: dict[str, Any], tmp_path: Path
) -> None:
    import ppo_picture

    ppo_picture.draw(figures, tmp_path / "one.svg")
    assert (tmp_path / "one.svg").read_bytes() == (EXAMPLES / "ppo_curves.svg").read_bytes()
