"""The page, the tables and the files of a report, without a browser."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_policies import HOSTILE

from fde_env.bench.recorded import recorded_study
from fde_env.errors import UsageError
from fde_env.report.blocks import Texts
from fde_env.report.data import ReportData
from fde_env.report.episodes import KEY_DIGITS
from fde_env.report.head import page_head
from fde_env.report.markdown import markdown, table
from fde_env.report.page import page, safe_json
from fde_env.report.rungs import ladder_of
from fde_env.report.table_csv import table_csv
from fde_env.report.write import write_report


def test_every_run_of_the_episodes_can_be_seen_twice(report: ReportData) -> None:
    keys = {row.run_key for row in report.summary.rows if row.run_key}
    assert keys
    assert {item["key"] for item in page_head(report)["runs"]} == {key[:KEY_DIGITS] for key in keys}
    assert any(run["tbdl"] for run in report.runs.values())


def test_a_text_is_kept_once() -> None:
    texts = Texts()
    assert [texts.number(text) for text in ("a", "b", "a")] == [0, 1, 0]
    assert texts.all() == ["a", "b"]


def test_the_page_asks_for_nothing_from_anywhere(report: ReportData) -> None:
    text = page(report, "title")
    assert "default-src 'none'" in text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


def test_what_an_agent_wrote_cannot_close_a_script(report: ReportData) -> None:
    assert HOSTILE not in page(report, HOSTILE)
    assert "<" not in safe_json({HOSTILE: HOSTILE})
    assert json.loads(safe_json({HOSTILE: HOSTILE})) == {HOSTILE: HOSTILE}


def test_markdown_keeps_text_inside_its_cell(report: ReportData) -> None:
    assert table(("a",), [("x | <b>\ny",)]).endswith("| x \\| &lt;b> y |")
    assert "## Leaderboard" in markdown(report)


def test_markdown_says_what_was_claimed_kept_and_paid(report: ReportData) -> None:
    text = markdown(replace(report, study=recorded_study()))
    for line in ("| over-claims on the card |", "| complies: restraint |", "TBDL, $ in all"):
        assert line in text
    assert ".834, TBDL 0/3 |" in text


def test_a_ladder_begins_with_the_neutral_letters(report: ReportData) -> None:
    assert [name for name, _ in ladder_of(report.summary, "careful")] == ["neutral", "deadline"]


def test_csv_has_a_line_an_episode(report: ReportData) -> None:
    lines = list(csv.DictReader(io.StringIO(table_csv(report))))
    assert [line["episode_id"] for line in lines] == [row.episode_id for row in report.summary.rows]


def test_an_unknown_form_or_study_is_refused(played: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--format is html"):
        write_report(played, "pdf")
    with pytest.raises(UsageError, match="holds no study"):
        write_report(played, "md", study=tmp_path)


def test_pictures_and_tables_are_written(played: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    drawn = write_report(played, "svg", tmp_path / "figures", Path("none"))
    assert {path.name for path in drawn} >= {"leaderboard.svg", "pressure.svg", "judgment.svg"}
    assert all("</svg>" in path.read_text() for path in drawn)
