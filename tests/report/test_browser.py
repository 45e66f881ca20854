"""The page in headless Chromium."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bench_kit import PERMUTE, plan, run
from delivery_kit import STORE

from fde_env.bench.recorded import recorded_study
from fde_env.report.blocks import pack
from fde_env.report.data import ReportData, read_report
from fde_env.report.page import page, safe_json
from fde_env.runs.store import Store

pytestmark = pytest.mark.browser
NAMES = ("chromium", "chromium-browser", "google-chrome")
MANY = 1000
UNDRAWN = """[...document.querySelectorAll('.plot')]
    .filter((p) => !p.closest('details:not([open])') && !p.firstChild).length"""
HEAD = re.compile(r'(<script type="application/json" id="head">)(.*?)(</script>)', re.DOTALL)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    command = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if command is None or sync_playwright is None:
        if os.environ.get("FDE_REQUIRE_BROWSER") == "1":
            pytest.fail("chromium or playwright is missing")
        pytest.skip("needs chromium and playwright")
    with sync_playwright() as driver:
        # CI runs as root, where Chromium's own sandbox does not start.
        browser = driver.chromium.launch(
            executable_path=command,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def text(played: Path) -> str:
    """A page with everything in it: the benchmark's runs and the recorded study."""
    return page(read_report(played, Store(STORE), recorded_study()), "title")


@pytest.fixture
def opened(chromium: Any, text: str, tmp_path: Path) -> Iterator[Any]:
    """A page that must stay silent on the console and ask for nothing but itself."""
    file = tmp_path / "report.html"
    file.write_text(text, encoding="utf-8")
    context = chromium.new_context(reduced_motion="reduce")
    tab = context.new_page()
    tab.set_default_timeout(20_000)
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


def scroll_through(tab: Any) -> None:
    """Past every figure, for each is drawn when it comes near."""
    for place in range(0, tab.evaluate("document.documentElement.scrollHeight"), 500):
        tab.evaluate(f"window.scrollTo(0, {place})")
        tab.wait_for_timeout(20)
    # The page forbids eval, so it is asked from outside.
    for _ in range(100):
        if not tab.evaluate(UNDRAWN):
            return
        tab.wait_for_timeout(50)
    pytest.fail(f"{tab.evaluate(UNDRAWN)} figures are not drawn")


def replay(tab: Any, agent: str) -> None:
    tab.get_by_label("Agent", exact=True).last.select_option(agent)
    tab.locator("#list button").first.click()
    tab.wait_for_selector("#replay article")


def test_the_dashboard_turns_over_by_keyboard_and_keeps_the_focus(opened: Any) -> None:
    opened.wait_for_selector("#flip")
    assert opened.get_attribute("#board", "data-side") == "signals"
    opened.focus("#flip")
    opened.keyboard.press("Enter")
    opened.wait_for_selector("#board[data-side=truth]")
    assert "paired change" in opened.inner_text("#board")
    assert opened.evaluate("document.activeElement.id") == "flip"
    assert "what was delivered" in opened.inner_text("#dashboard-said")


def test_any_run_can_be_turned_over_and_tells_what_it_was(opened: Any) -> None:
    opened.wait_for_selector("#flip")
    runs = opened.evaluate("HEAD.runs.map((run) => [run.key, run.fate])")
    fates = {fate: key for key, fate in runs}
    assert len(runs) > 48
    opened.click("#flip")
    for fate, words in (("learned", "Learned"), ("silent failure", "Trained, did not learn")):
        opened.get_by_label("Run", exact=True).select_option(fates[fate])
        opened.locator("#board .tile b").get_by_text(words, exact=True).wait_for()


def test_filters_filter_and_stages_are_chosen(opened: Any) -> None:
    opened.get_by_label("Agent", exact=True).last.select_option("careful")
    assert opened.inner_text("#found") == "2 of 4 episodes"
    opened.get_by_role("button", name="Clear").click()
    assert opened.inner_text("#found") == "4 of 4 episodes"
    opened.click("[data-stage=deploy]")
    assert opened.get_attribute("[data-stage=deploy]", "aria-pressed") == "true"
    assert "deploy, judgment" in opened.inner_text("#stage-card")


def test_hostile_text_is_replayed_as_text(opened: Any) -> None:
    replay(opened, "report_policies:Hostile")
    assert "The ticket arrives" in opened.inner_text("#replay")
    opened.keyboard.press("ArrowRight")
    assert "<script>window.owned = 1</script>" in opened.inner_text("#replay")
    opened.keyboard.press("ArrowRight")
    assert "step 2 of" in opened.inner_text("#replay")
    opened.get_by_role("button", name="All steps", exact=True).click()
    assert opened.locator("#replay .steps > li").count() > 10
    opened.keyboard.press("Escape")
    assert opened.locator("#replay article").count() == 0
    assert opened.evaluate("document.activeElement.dataset.episode") is not None
    assert opened.evaluate("window.owned") is None


def test_a_replay_ends_with_what_the_oracle_found_and_the_agent_said(opened: Any) -> None:
    replay(opened, "report_policies:Hostile")
    opened.get_by_role("button", name="Verdicts", exact=True).click()
    shown = opened.inner_text("#replay")
    assert all(f"{kind}\t" in shown for kind in ("timeliness", "restraint", "alignment"))
    assert "shipping without a person's approval" in shown
    assert "does a trained model need a person's approval" in shown
    assert "held-out accuracy of the tuned model" in shown
    opened.get_by_role("button", name="deploy, failed").click()
    assert "Failed: shipping without a person's approval" in opened.inner_text("#replay .verdict")


def test_a_long_answer_is_cut_and_shown_whole_when_asked_for(opened: Any) -> None:
    replay(opened, "careful")
    opened.get_by_role("button", name="All steps", exact=True).click()
    whole = opened.get_by_role("button", name=re.compile("Show all .* characters")).first
    before = len(opened.inner_text("#replay"))
    whole.click()
    assert len(opened.inner_text("#replay")) > before + 200


def test_an_episode_s_address_opens_it_again(opened: Any, tmp_path: Path) -> None:
    replay(opened, "careful")
    address = opened.url
    assert "#e-" in address
    again = opened.context.new_page()
    again.goto(address)
    again.wait_for_selector("#replay article")
    assert "careful on" in again.inner_text("#replay")
    again.close()


def test_every_figure_is_drawn_named_and_has_its_numbers_as_text(opened: Any) -> None:
    scroll_through(opened)
    figures = opened.locator("figure:visible")
    assert figures.count() >= 12
    for number in range(figures.count()):
        picture = figures.nth(number).locator("svg[role=img]")
        assert picture.count() == 1
        assert picture.get_attribute("aria-label")
    assert "NaN" not in opened.inner_html("main")
    for name in ("12 of 12", "$93 of $187", "0 of 24"):
        assert name in opened.inner_text("#study-body")


def test_a_small_benchmark_leaves_no_section_broken(chromium: Any, tmp_path: Path) -> None:
    """One agent without a score: no pressure, no injection, no pairs, no run, no study."""
    run(tmp_path / "bench", plan("bench_policies:LosesProvider", tickets=[PERMUTE]), retries=0)
    file = tmp_path / "report.html"
    report = read_report(tmp_path / "bench", Store(tmp_path / "empty"), None)
    file.write_text(page(report, "title"), encoding="utf-8")
    tab = chromium.new_page()
    said: list[str] = []
    tab.on("console", lambda line: said.append(line.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(file.as_uri())
    tab.wait_for_selector("html[data-ready]")
    scroll_through(tab)
    tab.locator("#list button").first.click()
    tab.wait_for_selector("#replay article")
    assert "HTTP 429" in tab.inner_text("#replay")
    for section in tab.locator("main > section").all():
        assert len(section.inner_text()) > 60
    assert "NaN" not in tab.inner_html("main")
    assert "undefined" not in tab.inner_text("main")
    assert said == []
    tab.close()


def test_headings_descend_and_everything_to_press_has_a_name(opened: Any) -> None:
    levels = opened.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    nameless = opened.evaluate(
        "[...document.querySelectorAll('button,select,a,summary')]"
        ".filter((e) => !(e.textContent.trim() && (e.tagName !== 'SELECT' || e.closest('label'))))"
        ".length"
    )
    assert nameless == 0
    assert opened.evaluate("[...document.querySelectorAll('table')].every((t) => t.caption)")


@pytest.mark.parametrize("width", [360, 390, 768])
def test_nothing_is_wider_than_the_screen(opened: Any, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    scroll_through(opened)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opened: Any, scheme: str) -> None:
    """WCAG AA: 4.5 to 1 for text, 3 to 1 for marks, on paper and on cards."""
    opened.emulate_media(color_scheme=scheme)
    names = ("paper", "card", "ink", "soft", "accent", "bad", "good", "other", "pale")
    shades = opened.evaluate(
        "(names) => names.map((n) => getComputedStyle(document.documentElement)"
        ".getPropertyValue('--' + n).trim())",
        list(names),
    )
    colours = dict(zip(names, map(luminance, shades), strict=True))
    for ground in ("paper", "card"):
        for name in names[2:]:
            lighter, darker = sorted((colours[ground], colours[name]), reverse=True)
            wanted = 3 if name == "pale" else 4.5
            assert (lighter + 0.05) / (darker + 0.05) >= wanted, (ground, name)


def luminance(shade: str) -> float:
    """Relative luminance of a hexadecimal colour, after WCAG 2."""
    digits = shade.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    linear = []
    for place in (0, 2, 4):
        value = int(digits[place : place + 2], 16) / 255
        linear.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_thousand_episodes_open_in_three_seconds(
    chromium: Any, report: ReportData, text: str, tmp_path: Path
) -> None:
    """By the clock of the page's own thread: other jobs of the machine do not count."""
    file = tmp_path / "many.html"
    file.write_text(many(text, report), encoding="utf-8")
    context = chromium.new_context()
    tab = context.new_page()
    clock = context.new_cdp_session(tab)
    clock.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(file.as_uri())
    tab.wait_for_selector("html[data-ready]")
    assert "1,000 of 1,000" in tab.inner_text("#found")
    measured = {
        line["name"]: line["value"] for line in clock.send("Performance.getMetrics")["metrics"]
    }
    context.close()
    assert 0 < measured["TaskDuration"] < 1.5, measured


def many(text: str, report: ReportData) -> str:
    """The page with `MANY` episodes, four to a ticket, each ticket with a block of its own.

    Blocks are as large as those of careful agents, which read many files.
    """
    found = HEAD.search(text)
    assert found is not None
    head = json.loads(found[2])
    lines = head["episodes"]
    tickets = range(-(-MANY // len(lines)))
    head["episodes"] = [
        [f"{number}-{line[0]}", line[1], f"t{number}", *line[3:]]
        for number in tickets
        for line in lines
    ][:MANY]
    head["blocks"] = {f"t{number}": f"ticket-{number}" for number in tickets}
    content = json.loads(gzip.decompress(base64.b64decode(report.blocks["ticket-0"])))
    content["texts"] += [os.urandom(20_000).hex()]
    blocks = "".join(
        f'<script type="text/plain" id="ticket-{number}">{pack(content)}</script>'
        for number in tickets
    )
    whole = HEAD.sub(lambda part: part[1] + safe_json(head) + part[3], text)
    own = re.compile('<script type="text/plain" id="ticket-0">[^<]*</script>')
    return own.sub(lambda _: blocks, whole)
