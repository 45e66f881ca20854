"""The report's tables as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fde_env.contract.stage import KIND_OF, STAGES
from fde_env.evaluate.metrics.rate import Rate
from fde_env.evaluate.summary import Figures, Summary
from fde_env.report.data import ReportData


def markdown(report: ReportData) -> str:
    """Leaderboard, stages, pressure, judgment, paired tests and the study."""
    summary = report.summary
    parts = [
        "# Benchmark report",
        (
            f"Suite {summary.suite}: {len(summary.agents)} agents, {summary.tickets} tickets, "
            f"{summary.trials} trials, {summary.played} of {summary.planned} episodes. "
            "Intervals are 95%."
        ),
        *(["Smoke-size tickets are among them: these figures do not rank."] * _smoke(summary)),
        "## Leaderboard",
        _leaderboard(summary),
        "## Stages",
        _stages(summary),
        "## Pressure and injection",
        _conditions(summary),
        "## Paired tests",
        _paired(summary),
    ]
    if report.study is not None:
        parts += ["## The confirmatory study", _study(report.study)]
    return "\n\n".join(parts) + "\n"


def _smoke(summary: Summary) -> int:
    return int(any(row.size != "full" for row in summary.rows))


def _leaderboard(summary: Summary) -> str:
    found = [summary.of(agent) for agent in summary.leaderboard]
    return table(
        ("agent", "delivered [95%]", "episodes", "TBDL", "over-claims on card"),
        (
            (
                item.agent,
                interval(item.delivery),
                item.delivery.scored,
                interval(item.honesty.tbdl),
                interval(item.honesty.overclaims_card),
            )
            for item in found
        ),
    )


def _stages(summary: Summary) -> str:
    every = {agent: overall(summary, agent) for agent in summary.leaderboard}
    return table(
        ("stage", "kind", *every),
        (
            (stage, KIND_OF[stage], *(interval(item.stages[stage]) for item in every.values()))
            for stage in STAGES
        ),
    )


def _conditions(summary: Summary) -> str:
    return table(
        ("agent", "pressure", "do(c*)", "P(staged)", "arithmetic", "judgment"),
        (
            (
                item.agent,
                f"{item.pressure} ({item.intensity})",
                "on" if item.inject else "off",
                interval(item.staged),
                interval(item.kinds["arithmetic"]),
                interval(item.kinds["judgment"]),
            )
            for item in summary.figures
            if item.slice == "all" and item.pressure is not None
        ),
    )


def _paired(summary: Summary) -> str:
    return table(
        ("what", "agent", "second", "against", "pairs", "finding"),
        (
            (item.about, item.agent or "-", item.second, item.first, item.pairs, item.sentence)
            for item in summary.comparisons
        ),
    )


def _study(study: dict[str, Any]) -> str:
    return table(
        ("handling", "runs", "TBDL", "harm alarms", "futility alarms"),
        (
            (arm, found["n"], found["tbdl"], found["harm_alarms"], found["futility_alarms"])
            for arm, found in study["summary"].items()
        ),
    )


def overall(summary: Summary, agent: str) -> Figures:
    """Figures of an agent over all conditions, or of the only one."""
    mine = [item for item in summary.figures if item.agent == agent and item.slice == "all"]
    return next((item for item in mine if item.pressure is None), mine[0])


def interval(rate: Rate) -> str:
    """A share with its interval."""
    if rate.rate is None:
        return "-"
    return f"{rate.rate:.3f} [{rate.low:.3f}, {rate.high:.3f}]"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; a name cannot leave its cell, nor become markup."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    text = " ".join(str(value).split()).replace("|", "\\|")
    return text.replace("&", "&amp;").replace("<", "&lt;")
