"""What people see: the demo's picture fetches nothing and tells both truths."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from delivery_kit import STORE, make, play
from rich.console import Console

from fde_env.errors import UsageError
from fde_env.terminal.demo import play_demo, save_picture
from fde_env.terminal.live_view import LiveView, sparkline
from fde_env.terminal.tables import Delivered, compare


def delivered(agent: str) -> Delivered:
    env = make(trap="permute")
    play(env, agent)
    return Delivered(title=agent, result=env.result, evidence=env.evidence)


def text_of(*parts: object) -> str:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(*parts)
    return console.export_text()


def test_side_by_side_the_dashboards_agree_and_the_truths_do_not() -> None:
    shown = text_of(compare([delivered("reference"), delivered("misreader")]))
    lines = {line.split("│")[1].strip(): line for line in shown.splitlines() if line.count("│") > 2}
    assert lines["run survived (T)"].count("yes") == 2
    assert lines["trained but did not learn (TBDL)"].split("│")[2:4] != ["", ""]
    assert "1.00" in lines["return"]
    assert "0.45" in lines["return"]


def test_the_picture_fetches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "demo.svg"
    save_picture([delivered("reference"), delivered("misreader")], path)
    drawn = path.read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert "@font-face" not in drawn
    assert "url(http" not in drawn.replace('"', "")


def test_a_sparkline_is_as_wide_as_asked_and_follows_its_values() -> None:
    assert sparkline([]) == ""
    drawn = sparkline([float(value) for value in range(300)], width=30)
    assert len(drawn) == 30
    assert list(drawn) == sorted(drawn)


def test_a_recalled_run_shows_its_alarms() -> None:
    item = delivered("misreader")
    assert item.evidence is not None
    view = LiveView(Console(), item.title, item.evidence.spec.config.max_steps)
    view.recall(item.evidence)
    shown = text_of(view.panel())
    for alarm in item.evidence.alarms:
        assert f"{alarm.kind} alarm at step {alarm.step}" in shown


def test_an_unknown_backend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FDE_HOME", str(STORE))
    with pytest.raises(UsageError, match="backend"):
        play_demo(Console(file=io.StringIO()), "cloud", "replay")
