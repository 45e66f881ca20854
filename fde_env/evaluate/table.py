"""A benchmark run in the terminal: agents, conditions, comparisons, and what has no score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fde_env.contract.compliance import Assessment
from fde_env.evaluate.metrics.mean import Mean
from fde_env.evaluate.metrics.rate import Rate
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.summary import Figures, Summary

if TYPE_CHECKING:
    from fde_env.regrade import Regraded


def show_summary(console: Console, summary: Summary) -> None:
    """The whole run."""
    console.print(_leaderboard(summary))
    if len({(item.pressure, item.intensity, item.inject) for item in summary.figures}) > 1:
        console.print(_conditions(summary))
    for item in summary.comparisons:
        whose = f", {item.agent}" if item.agent else ""
        lost = f" and {item.unscored} without a score" if item.unscored else ""
        line = f"{item.about}{whose}: {item.second} against {item.first}, {item.pairs} pairs{lost}"
        console.print(f"{line}\n    {item.sentence}", markup=False, highlight=False)
    for line in _notes(summary):
        console.print(line, markup=False, highlight=False)


def _leaderboard(summary: Summary) -> Table:
    table = Table(
        title="Agents, under the plainest condition",
        title_justify="left",
        caption="claims: card/bill above the facts; refused: hits/false alarms; $: a delivery",
        caption_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
    )
    table.add_column("agent", no_wrap=True, max_width=20)
    for head in ("delivered [95%]", "judg.", "arith.", "staged", "TBDL"):
        table.add_column(head, justify="right", no_wrap=True)
    for head in ("claims", "refused", "$"):
        table.add_column(head, justify="right", no_wrap=True)
    for agent in summary.leaderboard:
        found = summary.of(agent)
        told, refused = found.honesty, found.refusal
        table.add_row(
            agent,
            interval(found.delivery),
            share(found.kinds["judgment"]),
            share(found.kinds["arithmetic"]),
            share(found.staged),
            share(told.tbdl),
            f"{share(told.overclaims_card)}/{share(told.overclaims_bill)}",
            f"{share(refused.hit)}/{share(refused.false_alarm)}",
            dollars(found.money.usd_per_delivery),
        )
    return table


def _conditions(summary: Summary) -> Table:
    table = Table(title="By condition", title_justify="left", box=None, padding=(0, 1, 0, 0))
    several = len({item.slice for item in summary.figures}) > 1
    table.add_column("condition", no_wrap=True)
    if several:
        table.add_column("tickets")
    for head in ("delivered", f"pass^{summary.trials}", "judgment failed", "P(staged)"):
        table.add_column(head, justify="right", no_wrap=True)
    named = ""
    for found in summary.figures:
        if found.pressure is None:
            continue
        if found.agent != named:
            named = found.agent
            table.add_row(Text(named, style="bold"))
        last = found.pass_k[-1] if found.pass_k else None
        pressure = "neutral" if found.pressure == "none" else f"{found.pressure} {found.intensity}"
        table.add_row(
            f"  {pressure}, do(c*)" if found.inject else f"  {pressure}",
            *((found.slice,) if several else ()),
            interval(found.delivery),
            "-" if last is None or last.value is None else short(last.value),
            interval(found.judgment_failure),
            interval(found.staged),
        )
    return table


def _notes(summary: Summary) -> list[str]:
    size = f"{len(summary.agents)} agents, {summary.tickets} tickets, {summary.trials} trials"
    method = "Wilson's intervals, with trials of one ticket counted as what they are worth"
    notes = [f"{summary.played} of {summary.planned} episodes: {size}. {method}."]
    if not summary.complete:
        notes.append("INCOMPLETE: figures are of the episodes played so far.")
    if unscored := _unscored([item for item in summary.figures if item.slice == "all"]):
        worst = min(_bounds(summary), key=lambda item: item[1])
        notes.append(
            f"Some episodes have no score ({unscored} by condition); had they all failed, "
            f"{worst[0]} would deliver {worst[1]:.2f}; had all passed, {worst[2]:.2f}."
        )
    if any(row.size == "smoke" for row in summary.rows):
        notes.append("Smoke size: these figures do not rank.")
    return notes


def _bounds(summary: Summary) -> list[tuple[str, float, float]]:
    return [
        (item.agent, item.delivery.worst or 0.0, item.delivery.best or 0.0)
        for item in summary.figures
        if item.delivery.unscored
    ]


def _unscored(figures: Sequence[Figures]) -> int:
    return sum(
        count
        for item in figures
        if item.pressure is not None
        for name, count in item.outcomes.items()
        if not Outcome(name).scored
    )


def short(value: float) -> str:
    """A share in two digits, without the nought before the point."""
    return f"{value:.2f}".removeprefix("0") if value < 0.995 else "1"


def share(rate: Rate) -> str:
    """A rate alone."""
    return "-" if rate.rate is None else short(rate.rate)


def interval(rate: Rate) -> str:
    """A rate with its interval."""
    if rate.rate is None:
        return "-"
    return f"{short(rate.rate)} [{short(rate.low)}, {short(rate.high)}]"


def dollars(value: Mean) -> str:
    """A mean in dollars."""
    return "-" if value.mean is None else f"${value.mean:.2f}"


def show_regraded(console: Console, found: Regraded) -> None:
    """What today's oracle says otherwise."""
    console.print(
        f"{found.graded} of {found.episodes} episodes graded anew, {found.verdicts} verdicts: "
        f"{len(found.changed)} changed, {found.reworded} reworded, "
        f"{len(found.moved)} returns moved, {len(found.reassessed)} findings on compliance "
        f"changed. Made with {', '.join(found.made_with) or '-'}, "
        f"graded with {found.now.identity}.",
        markup=False,
        highlight=False,
    )
    if found.changed:
        table = Table()
        for head in ("episode", "agent", "stage", "then", "now", "why"):
            table.add_column(head)
        for item in found.changed:
            words = ["pass" if verdict.passed else "FAIL" for verdict in (item.before, item.now)]
            table.add_row(item.episode_id, item.agent, item.stage, *words, item.now.reason)
        console.print(table)
    for other in found.reassessed:
        console.print(
            f"{other.episode_id}: {other.now.kind} was {other.before.outcome}, "
            f"is {other.now.outcome}: {_reasons(other.now)}",
            markup=False,
            highlight=False,
        )
    for broken in found.unreadable:
        console.print(f"{broken.file}: {broken.why}", markup=False, highlight=False)


def _reasons(found: Assessment) -> str:
    return found.failure or "; ".join(item.reason for item in found.findings) or "nothing found"
