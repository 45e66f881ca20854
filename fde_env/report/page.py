"""One HTML file that holds everything: data, styles, scripts and the charting library.

Charts are Observable Plot 0.6.17 on d3 7.9.2 (ISC licence): SVG that takes the page's colours, 0.5
MB in all, where Plotly's bundle would be 4.7 MB and a canvas would be silent to a screen reader.
Nothing is fetched: a content security policy in the page forbids it.
"""

from __future__ import annotations

import html
import json
from importlib.resources import files
from typing import Any, Final

from fde_env.report.data import ReportData
from fde_env.report.head import page_head

LIBRARIES: Final = ("vendor/d3.min.js", "vendor/plot.umd.min.js")
SCRIPTS: Final = (
    *("assets/dom.js", "assets/charts.js", "assets/leaderboard.js", "assets/stages.js"),
    *("assets/dashboard.js", "assets/conditions.js", "assets/conduct.js", "assets/study.js"),
    *("assets/episodes.js", "assets/replay.js", "assets/main.js"),
)
STYLES: Final = ("assets/page.css",)


def page(report: ReportData, title: str) -> str:
    """The page as text."""
    blocks = "\n".join(
        f'<script type="text/plain" id="{name}">{content}</script>'
        for name, content in report.blocks.items()
    )
    parts = {
        "title": html.escape(title),
        "styles": _joined(STYLES),
        "libraries": _scripts(LIBRARIES),
        "scripts": _scripts(SCRIPTS),
        "head": safe_json(page_head(report)),
        "blocks": blocks,
    }
    text = _read("assets/page.html")
    for name, value in parts.items():
        before, mark, after = text.partition(f"<!--{name}-->")
        if not mark:
            raise ValueError(f"the template has no place for {name}")
        text = before + value + after
    return text


def safe_json(value: Any) -> str:
    """JSON that can stand in a script element: no text in it can close or open one."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _scripts(names: tuple[str, ...]) -> str:
    return "\n".join(f"<script>{_read(name)}</script>" for name in names)


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join(_read(name) for name in names)


def _read(name: str) -> str:
    return (files("fde_env.report") / name).read_text(encoding="utf-8")
