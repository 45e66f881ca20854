"""The page in headless Chromium."""

from __future__ import annotations

import copy
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fde_env.report.data import ReportData, pack
from fde_env.report.page import page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    command = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if command is None or sync_playwright is None:
        if os.environ.get("FDE_REQUIRE_BROWSER") == "1":
            pytest.fail("chromium or playwright is missing")
        pytest.skip("needs chromium and playwright")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=command, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, report: ReportData, tmp_path: Path) -> Iterator[Any]:
    """A page that must stay silent on the console and ask for nothing but itself."""
    file = tmp_path / "report.html"
    file.write_text(page(report, "title"), encoding="utf-8")
    context = chromium.new_context(reduced_motion="reduce")
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda line: said.append(line.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    tab.wait_for_selector("html[data-ready]")
    yield tab
    context.close()
    assert said == []
    assert asked == [file.as_uri()]


def test_the_dashboard_turns_over_by_keyboard_and_keeps_the_focus(opened: Any) -> None:
    opened.wait_for_selector("#flip")
    assert opened.get_attribute("#board", "data-side") == "signals"
    opened.focus("#flip")
    opened.keyboard.press("Enter")
    opened.wait_for_selector("#board[data-side=truth]")
    assert "paired change" in opened.inner_text("#board")
    assert opened.evaluate("document.activeElement.id") == "flip"


def test_filters_filter_and_stages_are_chosen(opened: Any) -> None:
    opened.locator("#episodes-body select").first.select_option("careful")
    assert opened.inner_text("#found") == "2 of 4 episodes"
    opened.click("[data-stage=deploy]")
    assert opened.get_attribute("[data-stage=deploy]", "aria-pressed") == "true"
    assert "deploy, judgment" in opened.inner_text("#stage-card")


def test_hostile_text_is_replayed_as_text(opened: Any) -> None:
    opened.locator("#episodes-body select").first.select_option("report_policies:Hostile")
    opened.locator("#episodes-body .list button").first.click()
    opened.wait_for_selector("#replay article")
    assert "<script>window.owned = 1</script>" in opened.inner_text("#replay")
    opened.keyboard.press("ArrowRight")
    assert "step 2 of" in opened.inner_text("#replay")
    opened.get_by_role("button", name="Verdicts", exact=True).click()
    assert "intake" in opened.inner_text("#replay")
    assert opened.evaluate("window.owned") is None


def test_nothing_is_wider_than_a_phone(opened: Any) -> None:
    opened.set_viewport_size({"width": 360, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_thousand_episodes_open_in_three_seconds(
    chromium: Any, report: ReportData, tmp_path: Path
) -> None:
    file = tmp_path / "many.html"
    file.write_text(page(many(report, 1000), "title"), encoding="utf-8")
    seconds = []
    for _ in range(3):  # the best of three: another job on the machine must not fail this
        tab = chromium.new_page()
        begun = time.perf_counter()
        tab.goto(file.as_uri())
        tab.wait_for_selector("html[data-ready]")
        seconds.append(time.perf_counter() - begun)
        assert "1000 of 1000" in tab.inner_text("#found")
        tab.close()
    assert min(seconds) < 3, seconds


def many(report: ReportData, count: int) -> ReportData:
    """The report with as many episodes, four to a ticket, each ticket with its own block."""
    head, lines = copy.deepcopy(report.head), report.head["episodes"]
    tickets = range(-(-count // len(lines)))
    head["episodes"] = [
        [f"{number}-{line[0]}", line[1], f"t{number}", *line[3:]]
        for number in tickets
        for line in lines
    ][:count]
    head["blocks"] = {f"t{number}": f"ticket-{number}" for number in tickets}
    content = next(text for name, text in report.blocks.items() if name.startswith("ticket"))
    blocks = {f"ticket-{number}": content for number in tickets}
    assert pack({}) not in blocks.values()
    return replace(report, head=head, blocks={**report.blocks, **blocks})
