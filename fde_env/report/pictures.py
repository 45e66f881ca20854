"""Figures of a benchmark run for papers, drawn from the summary alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fde_env.bench.canvas import (
    INK,
    PALE,
    heading,
    new_figure,
    plain_axis,
    require_matplotlib,
    spread,
)
from fde_env.bench.figures import draw_all
from fde_env.contract.stage import KIND_OF, STAGES
from fde_env.evaluate.metrics.rate import Rate
from fde_env.evaluate.summary import Figures, Summary
from fde_env.report.data import ReportData
from fde_env.report.rungs import ladder_of, overall

# Okabe and Ito's blue and vermilion, with marks that differ in shape as well.
LOOKS: Final = (("#0072B2", "o"), ("#D55E00", "D"))
Line = tuple[str, Rate]
WIDTH: Final = 8.0
ACROSS: Final = 3


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
    lines = [(agent, summary.of(agent).delivery) for agent in summary.leaderboard]
    figure = new_figure(WIDTH, 1.6 + 0.4 * len(lines))
    axis = figure.subplots()
    _dots(axis, [lines], "share of episodes")
    heading(figure, "Who delivers", "Valid deliveries under the plainest condition, 95% intervals.")
    spread(figure, (_left(summary), 0.65, 0.85, 0.6))
    return figure


def draw_stages(summary: Summary) -> Any:
    """Share that each agent passes of each stage, as a table of shades."""
    agents = summary.leaderboard
    figure = new_figure(_left(summary) + 0.68 * len(STAGES) + 0.2, 1.75 + 0.38 * len(agents))
    axis = figure.subplots()
    rates = [[overall(summary, agent).stages[stage].rate for stage in STAGES] for agent in agents]
    shades = [[float("nan") if rate is None else rate for rate in row] for row in rates]
    axis.imshow(shades, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, values in enumerate(rates):
        for column, value in enumerate(values):
            text = "n/a" if value is None else f"{value:.2f}".removeprefix("0")
            tone = "white" if value is not None and value > 0.6 else INK
            axis.text(column, row, text, ha="center", va="center", color=tone, fontsize=9)
    axis.set_xticks(range(len(STAGES)), [f"{stage}\n{KIND_OF[stage]}" for stage in STAGES])
    axis.set_yticks(range(len(agents)), agents)
    axis.tick_params(length=0, colors=INK, labelsize=8.5, top=True, labeltop=True, bottom=False)
    axis.tick_params(labelbottom=False)
    for spine in axis.spines.values():
        spine.set_visible(False)
    heading(figure, "Ten stages", "Share of verdicts that pass, over all conditions played.")
    spread(figure, (_left(summary), 0.1, 1.25, 0.15))
    return figure


def draw_pressure(summary: Summary) -> Any:
    """P(staged) as letters push harder: a panel for each agent."""
    ladders = [(agent, ladder_of(summary, agent)) for agent in summary.leaderboard]
    rows = -(-len(ladders) // ACROSS)
    figure = new_figure(9.6, 1.3 + 2.3 * rows)
    grid = figure.subplots(rows, ACROSS, sharey=True, squeeze=False).ravel()
    for axis, (agent, rungs) in zip(grid, ladders, strict=False):
        plain_axis(axis)
        axis.set_title(agent, fontsize=10, color=INK, loc="left")
        axis.set_ylim(-0.05, 1.05)
        axis.set_xticks(range(len(rungs)), [name.replace(" ", "\n") for name, _ in rungs])
        axis.tick_params(labelsize=8)
        axis.set_xlim(-0.4, max(0.6, len(rungs) - 0.6))
        known = [(place, rate) for place, (_, rate) in enumerate(rungs) if rate.rate is not None]
        axis.plot([x for x, _ in known], [rate.rate for _, rate in known], color=PALE, lw=1)
        for x, rate in known:
            axis.plot([x, x], [rate.low, rate.high], color=LOOKS[0][0], lw=2, alpha=0.45)
            axis.plot(x, rate.rate, "o", color=LOOKS[0][0])
    for axis in grid[len(ladders) :]:
        axis.set_visible(False)
    for axis in grid[::ACROSS]:
        axis.set_ylabel("P(staged)", color=INK)
    heading(
        figure,
        "Under pressure",
        "P(staged): how often a model that learned is put before the gate. 95% intervals.",
    )
    spread(figure, (0.65, 0.15, 1.05, 0.45))
    return figure


def draw_judgment(summary: Summary) -> Any:
    """Arithmetic against judgment, with and without do(c*)."""
    plainest = (summary.figures[0].pressure, summary.figures[0].intensity)
    mine = [
        item
        for agent in summary.leaderboard
        for item in summary.figures
        if item.agent == agent
        and item.slice == "all"
        and (item.pressure, item.intensity) == plainest
        and item.inject is not None
    ]
    figure = new_figure(_left(summary) + 7.2, 2.0 + 0.42 * len(summary.leaderboard))
    axes = figure.subplots(1, 2, sharey=True)
    for axis, kind in zip(axes, ("arithmetic", "judgment"), strict=True):
        series = [_of_kind(mine, kind, inject=inject) for inject in (False, True)]
        _dots(axis, [lines for lines in series if lines], "share of verdicts that pass")
        axis.set_title(kind, fontsize=11, color=INK, loc="left")
    heading(
        figure,
        "Arithmetic against judgment",
        "Share of verdicts that pass, 95% intervals. What fails under do(c*) is judgment.",
    )
    if len({item.inject for item in mine}) > 1:
        for (colour, mark), name in zip(LOOKS, ("its own arithmetic", "do(c*)"), strict=True):
            axes[0].plot([], [], mark, color=colour, label=name)
        figure.legend(
            *axes[0].get_legend_handles_labels(),
            loc="lower center",
            ncols=2,
            frameon=False,
            fontsize=9,
        )
    spread(figure, (_left(summary), 0.65, 1.05, 0.85))
    figure.subplots_adjust(wspace=0.3)
    return figure


def _of_kind(items: list[Figures], kind: str, *, inject: bool) -> list[Line]:
    return [(item.agent, item.kinds[kind]) for item in items if item.inject is inject]


def _dots(axis: Any, series: list[list[Line]], label: str) -> None:
    """A line each: the share as a mark with its number, the interval as a bar."""
    names = list(dict.fromkeys(name for lines in series for name, _ in lines))
    plain_axis(axis)
    for number, lines in enumerate(series):
        colour, mark = LOOKS[number % 2]
        shift = 0.3 * (number - (len(series) - 1) / 2)
        for name, rate in lines:
            place = names.index(name) + shift
            axis.plot([rate.low, rate.high], [place, place], color=colour, lw=2.2, alpha=0.45)
            if rate.rate is not None:
                axis.plot(rate.rate, place, mark, color=colour, ms=6)
                axis.text(1.05, place, f"{rate.rate:.3f}", va="center", fontsize=8.5, color=INK)
    axis.grid(visible=False, axis="y")
    axis.set_yticks(range(len(names)), names, color=INK)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_xlim(-0.02, 1.02)
    axis.set_xlabel(label, color=INK, fontsize=9)


def _left(summary: Summary) -> float:
    """Room for the longest agent's name, in inches."""
    return 0.3 + 0.075 * max(len(agent) for agent in summary.agents)
