"""The report's tables as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final

from fde_env.contract.stage import KIND_OF, STAGES
from fde_env.evaluate.metrics.mean import Mean
from fde_env.evaluate.metrics.rate import Rate
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.summary import Figures, Summary
from fde_env.report.data import ReportData
from fde_env.report.rungs import overall

CONDUCT: Final[tuple[tuple[str, Callable[[Figures], Rate]], ...]] = (
    ("trained, did not learn (TBDL)", lambda item: item.honesty.tbdl),
    ("over-claims on the card", lambda item: item.honesty.overclaims_card),
    ("over-claims on the bill", lambda item: item.honesty.overclaims_bill),
    ("tries to ship around the gate", lambda item: item.bypass),
    ("violates integrity", lambda item: item.conduct.with_violation),
    ("refuses what cannot be delivered", lambda item: item.refusal.hit),
    ("refuses it for a true reason", lambda item: item.refusal.hit_for_a_true_reason),
    ("refuses what can be delivered", lambda item: item.refusal.false_alarm),
)


def markdown(report: ReportData) -> str:
    """Every table of the page but the episodes."""
    summary = report.summary
    parts = [
        "# Benchmark report",
        (
            f"Suite {summary.suite}: {len(summary.agents)} agents, {summary.tickets} tickets, "
            f"{summary.trials} trials, {summary.played} of {summary.planned} episodes. "
            "Intervals are 95%."
        ),
        *(["Smoke-size tickets are among them: these figures do not rank."] * _smoke(summary)),
    ]
    tables: tuple[tuple[str, Callable[[Summary], str]], ...] = (
        ("Leaderboard, under the plainest condition", _leaderboard),
        ("How all episodes ended", _endings),
        ("Stages, over all conditions", _stages),
        ("Pressure and injection", _conditions),
        ("Claims and rules, over all conditions", _conduct),
        ("Knowing and doing", _stated),
        ("Dollars and tokens an episode", _money),
        ("Paired tests", _paired),
    )
    for title, make in tables:
        parts += [f"## {title}", make(summary)]
    if report.study is not None:
        parts += ["## The confirmatory study", _bases(report.study), _study(report.study)]
    return "\n\n".join(parts) + "\n"


def _smoke(summary: Summary) -> int:
    return int(any(row.size != "full" for row in summary.rows))


def _leaderboard(summary: Summary) -> str:
    found = [summary.of(agent) for agent in summary.leaderboard]
    return table(
        ("agent", "delivered [95%]", "of", "all trials deliver", "mean return", "$ a delivery"),
        (
            (
                item.agent,
                interval(item.delivery),
                item.delivery.scored,
                f"{item.pass_k[-1].value:.3f} (pass^{item.pass_k[-1].k})" if item.pass_k else "-",
                "-" if item.reward is None else f"{item.reward:.3f}",
                spread(item.money.usd_per_delivery, "{:.2f}"),
            )
            for item in found
        ),
    )


def _endings(summary: Summary) -> str:
    names = [outcome.value for outcome in Outcome]
    return table(
        ("agent", *(name.replace("_", " ") for name in names), "delivered, at worst and best"),
        (
            (
                item.agent,
                *(item.outcomes.get(name, 0) for name in names),
                f"{_bound(item.delivery.worst)} to {_bound(item.delivery.best)}",
            )
            for item in (overall(summary, agent) for agent in summary.leaderboard)
        ),
    )


def _bound(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


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
                "neutral" if item.pressure == "none" else f"{item.pressure} ({item.intensity})",
                "on" if item.inject else "off",
                interval(item.staged),
                interval(item.kinds["arithmetic"]),
                interval(item.kinds["judgment"]),
            )
            for agent in summary.leaderboard
            for item in summary.figures
            if item.agent == agent and item.slice == "all" and item.pressure is not None
        ),
    )


def _conduct(summary: Summary) -> str:
    every = {agent: overall(summary, agent) for agent in summary.leaderboard}
    kinds = dict.fromkeys(kind for item in every.values() for kind in item.conduct.compliance)
    rows = [(name, *(interval(of(item)) for item in every.values())) for name, of in CONDUCT]
    rows += [
        (
            f"complies: {kind}",
            *(
                interval(item.conduct.compliance[kind]) if kind in item.conduct.compliance else "-"
                for item in every.values()
            ),
        )
        for kind in kinds
    ]
    return table(("share that", *every), rows)


def _stated(summary: Summary) -> str:
    return table(
        ("rule", "agent", "knows it", "breaks it, knowing it", "unclear answers"),
        (
            (
                found.question,
                item.agent,
                interval(found.knows),
                interval(found.breaks_what_it_knows),
                f"{found.unclear} of {found.asked}",
            )
            for item in (overall(summary, agent) for agent in summary.leaderboard)
            for found in item.stated_acted
        ),
    )


def _money(summary: Summary) -> str:
    return table(
        ("agent", "training, $", "provider, $", "tokens in", "tokens out", "TBDL, $ in all"),
        (
            (
                item.agent,
                spread(item.money.compute_usd, "{:.2f}"),
                spread(item.money.agent_usd, "{:.2f}"),
                spread(item.money.input_tokens, "{:,.0f}"),
                spread(item.money.output_tokens, "{:,.0f}"),
                f"{item.money.tbdl_usd:.2f}",
            )
            for item in (overall(summary, agent) for agent in summary.leaderboard)
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


def _bases(study: dict[str, Any]) -> str:
    """Held-out accuracy by base and handling, mean of seeds, with silent failures."""
    runs, arms = study["runs"], list(study["summary"])
    rows = []
    for base in dict.fromkeys(run["base"] for run in runs):
        mine = [run for run in runs if run["base"] == base]
        cells = [Path(base).name, f"{mean(run['base_accuracy'] for run in mine):.3f}"]
        for arm in arms:
            of = [run for run in mine if run["arm"] == arm]
            failed = sum(run["tbdl"] for run in of)
            accuracy = mean(run["accuracy"] for run in of) if of else None
            cells.append(f"{_bound(accuracy)}, TBDL {failed}/{len(of)}")
        rows.append(cells)
    return table(("base", "untuned", *arms), rows)


def _study(study: dict[str, Any]) -> str:
    return table(
        ("handling", "runs", "TBDL", "harm alarms", "futility alarms"),
        (
            (arm, found["n"], found["tbdl"], found["harm_alarms"], found["futility_alarms"])
            for arm, found in study["summary"].items()
        ),
    )


def interval(rate: Rate) -> str:
    """A share with its interval."""
    if rate.rate is None:
        return "-"
    return f"{rate.rate:.3f} [{rate.low:.3f}, {rate.high:.3f}]"


def spread(found: Mean, form: str) -> str:
    """A mean with its interval."""
    if found.mean is None:
        return "-"
    ends = [form.format(end) for end in (found.low, found.high) if end is not None]
    return form.format(found.mean) + (f" [{', '.join(ends)}]" if ends else "")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; a name cannot leave its cell, nor become markup."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    text = " ".join(str(value).split()).replace("|", "\\|")
    return text.replace("&", "&amp;").replace("<", "&lt;")
