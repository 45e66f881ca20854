"""Pictures: drawn from the results file alone, all of them, the same each time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from study_kit import results

pytest.importorskip("matplotlib")

from fde_env.bench.canvas import smoothed
from fde_env.bench.figures import draw_accuracy, draw_all, draw_incidence, draw_wealth


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return json.loads(json.dumps(results()))


def test_four_pictures_as_svg_and_png(plain: dict[str, Any], tmp_path: Path) -> None:
    names = {path.name for path in draw_all(plain, tmp_path)}
    stems = {"loss", "accuracy", "incidence", "wealth"}
    assert names == {f"{stem}.{kind}" for stem in stems for kind in ("svg", "png")}
    assert all((tmp_path / name).stat().st_size > 5000 for name in names)


def test_every_run_is_a_tile_under_each_question(plain: dict[str, Any]) -> None:
    for axis in draw_incidence(plain).axes:
        assert len(axis.patches) == len(plain["runs"])


def test_wealth_lines_end_at_their_alarm_above_the_threshold(plain: dict[str, Any]) -> None:
    axis = draw_wealth(plain).axes[0]
    harmed = [run for run in plain["runs"] if run["harm_step"] is not None]
    dots = [line for line in axis.lines if line.get_marker() == "o"]
    assert [int(dot.get_xdata()[0]) for dot in dots] == [run["harm_step"] for run in harmed]
    assert all(dot.get_ydata()[0] >= 100 for dot in dots)


def test_accuracy_dots_stand_where_the_table_says(plain: dict[str, Any]) -> None:
    axis = draw_accuracy(plain).axes[0]
    drawn = sorted(round(float(c.lines[0].get_ydata()[0]), 6) for c in axis.containers)
    assert drawn == sorted(round(run["accuracy"], 6) for run in plain["runs"])


def test_a_loss_that_was_no_number_leaves_a_gap_at_most() -> None:
    assert smoothed([1.0, None, 3.0]) == [1.0, 1.0, 2.0]
