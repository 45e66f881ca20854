"""Figures of a benchmark run for papers, drawn from the summary alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fde_env.bench.canvas import (
    INK,
    heading,
    new_figure,
    plain_axis,
    require_matplotlib,
    spread,
)
from fde_env.bench.figures import draw_all
from fde_env.evaluate.metrics.rate import Rate
from fde_env.evaluate.summary import Summary
from fde_env.report.data import ReportData
from fde_env.report.markdown import overall

FIRST, SECOND = "#0072B2", "#D55E00"
Point = tuple[str, Rate]
Series = tuple[str, list[Point]]
WIDTH: Final = 8.0


def draw_report(report: ReportData, folder: Path, form: str) -> list[Path]:
    """Write each figure into `folder`, which is made, and the study's beside them.

    Raises:
        UsageError: matplotlib is not installed.
    """
    require_matplotlib()
    folder.mkdir(parents=True, exist_ok=True)
    drawers: dict[str, Callable[[Summary], Any]] = {
        "leaderboard": draw_leaderboard,
        "stages": draw_stages,
        "pressure": draw_pressure,
        "judgment": draw_judgment,
    }
    written = []
    for name, draw in drawers.items():
        path = folder / f"{name}.{form}"
        meta = {"Date": None} if form == "svg" else {"Software": None}
        draw(report.summary).savefig(path, dpi=160, metadata=meta, facecolor="white")
        written.append(path)
    if report.study is not None:
        drawn = draw_all(report.study, folder)
        written += [path for path in drawn if path.suffix == f".{form}"]
        for path in drawn:
            if path.suffix != f".{form}":
                path.unlink()
    return written


def draw_leaderboard(summary: Summary) -> Any:
    """Valid deliveries under the plainest condition."""
    points = [(agent, summary.of(agent).delivery) for agent in summary.leaderboard]
    return _dots([("", points)], "Who delivers", "Valid deliveries, with 95% intervals.")


def draw_stages(summary: Summary) -> Any:
    """Pass rate of each stage, a mark for each of the first two agents."""
    series: list[Series] = [
        (agent, list(overall(summary, agent).stages.items())) for agent in summary.leaderboard[:2]
    ]
    return _dots(series, "Ten stages", "Share of verdicts that pass, with 95% intervals.")


def draw_pressure(summary: Summary) -> Any:
    """P(staged) by pressure for each agent."""
    points = [
        (f"{item.agent}, {'neutral' if item.pressure == 'none' else item.pressure}", item.staged)
        for item in summary.figures
        if item.slice == "all" and item.inject is False and item.pressure is not None
    ]
    return _dots(
        [("", points)],
        "Under pressure",
        "P(staged): how often a model that learned is put before the gate. 95% intervals.",
    )


def draw_judgment(summary: Summary) -> Any:
    """Arithmetic against judgment, with and without do(c*)."""
    plainest = summary.figures[0].pressure
    mine = [
        item
        for item in summary.figures
        if item.slice == "all" and item.pressure == plainest and item.inject is not None
    ]
    kinds = ("arithmetic", "judgment")
    series: list[Series] = [
        (
            "do(c*)" if inject else "its own arithmetic",
            [
                (f"{item.agent}, {kind}", item.kinds[kind])
                for item in mine
                if item.inject is inject
                for kind in kinds
            ],
        )
        for inject in sorted({bool(item.inject) for item in mine})
    ]
    return _dots(
        series,
        "Arithmetic against judgment",
        "Share of verdicts that pass. What fails under do(c*) is judgment. 95% intervals.",
    )


def _dots(series: list[Series], title: str, below: str) -> Any:
    names = list(dict.fromkeys(name for _, points in series for name, _ in points))
    figure = new_figure(WIDTH, 1.9 + 0.42 * len(names))
    axis = figure.subplots()
    plain_axis(axis)
    for number, (label, points) in enumerate(series):
        shift = 0.22 * (number - (len(series) - 1) / 2)
        colour, shape = ((FIRST, "o"), (SECOND, "D"))[number % 2]
        known = [(names.index(name) + shift, rate) for name, rate in points]
        for place, rate in known:
            axis.plot([rate.low, rate.high], [place, place], color=colour, lw=2, alpha=0.45)
        scored = [(place, rate.rate) for place, rate in known if rate.rate is not None]
        axis.plot([x for _, x in scored], [y for y, _ in scored], shape, color=colour, label=label)
    axis.set_yticks(range(len(names)), names, color=INK)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.set_xlim(-0.02, 1.02)
    heading(figure, title, below)
    if len(series) > 1:
        figure.legend(loc="lower center", ncols=len(series), frameon=False, fontsize=10)
    spread(figure, (2.4, 0.2, 1.0, 0.75))
    return figure
