"""Finished deliveries as tables: one alone, or two side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fde_env.contract.evidence import Evidence
from fde_env.contract.stage import KIND_OF
from fde_env.result import Result
from fde_env.runs.facts import loss_edges
from fde_env.sandbox.base import BackendStatus

GOOD, BAD, PLAIN = "green", "bold red", ""
Cell = tuple[str, str]


@dataclass(frozen=True)
class Delivered:
    """A finished delivery: whose, its result, and the run's evidence."""

    title: str
    result: Result
    evidence: Evidence | None


def _yes(value: bool | None, *, good: bool = True) -> Cell:
    if value is None:
        return "-", PLAIN
    return ("yes" if value else "no"), GOOD if value is good else BAD


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"


def _loss(item: Delivered) -> Cell:
    if item.evidence is None:
        return "-", PLAIN
    first, last = loss_edges(item.evidence)
    if first is None or last is None:
        return "-", PLAIN
    return f"{first:.2f} → {last:.2f}", GOOD if last < first else BAD


def _gradient(item: Delivered) -> Cell:
    if item.evidence is None or not item.evidence.steps:
        return "-", PLAIN
    norms = [log.grad_norm for log in item.evidence.steps]
    bad = any(norm is None for norm in norms)
    return ("not finite", BAD) if bad else (f"largest {max(n or 0 for n in norms):.1f}", GOOD)


def _dev(item: Delivered) -> Cell:
    if item.evidence is None:
        return "-", PLAIN
    dev = next(outcome for outcome in item.evidence.outcomes if outcome.split == "dev")
    return _percent(dev.accuracy), GOOD


def _held_out(item: Delivered) -> Cell:
    result = item.result
    better = (result.accuracy or 0) > (result.base_accuracy or 0)
    return (
        f"{_percent(result.base_accuracy)} → {_percent(result.accuracy)}",
        GOOD if better else BAD,
    )


def _alarm(item: Delivered) -> Cell:
    found = item.result.alarms
    words = [f"{kind} at step {step}" for kind, step in found if step is not None]
    return (", ".join(words), BAD) if words else ("none", GOOD)


def _failed(item: Delivered) -> Cell:
    verdicts = item.result.verdicts
    failed = [stage for stage, passed in verdicts.items() if not passed]
    return (", ".join(failed), BAD) if failed else ("none", GOOD)


def _reward(item: Delivered) -> Cell:
    paid = item.result.reward
    return f"{paid:.2f}", GOOD if paid == 1.0 else BAD


Row = tuple[str, Callable[[Delivered], Cell]]
DASHBOARD: tuple[Row, ...] = (
    ("run survived (T)", lambda item: _yes(item.result.train_pass)),
    ("training loss", _loss),
    ("gradient norm", _gradient),
    ("accuracy on the customer's dev split", _dev),
)
TRUTH: tuple[Row, ...] = (
    ("held-out accuracy, base → tuned", _held_out),
    ("learned (E)", lambda item: _yes(item.result.learned)),
    ("trained but did not learn (TBDL)", lambda item: _yes(item.result.tbdl, good=False)),
    ("clean-probe alarms", _alarm),
    ("stages failed", _failed),
    ("return", _reward),
    ("billed", lambda item: (f"${item.result.cost_usd or 0:.2f}", PLAIN)),
)


def compare(items: Sequence[Delivered]) -> Table:
    """Deliveries side by side: what the dashboard said, and what was delivered."""
    table = Table(title_justify="left", expand=False, pad_edge=True)
    table.add_column("", style="dim")
    for item in items:
        table.add_column(item.title, justify="right")
    for heading, rows in (
        ("what the training dashboard shows", DASHBOARD),
        ("what was delivered", TRUTH),
    ):
        table.add_section()
        table.add_row(Text(heading, style="bold"), *([""] * len(items)))
        for label, cell in rows:
            cells = [Text(words, style=style) for words, style in map(cell, items)]
            table.add_row("  " + label, *cells)
    return table


def stages(result: Result) -> Table:
    """The ten verdicts with the oracle's reasons."""
    table = Table()
    table.add_column("stage")
    table.add_column("kind", style="dim")
    table.add_column("verdict")
    table.add_column("the oracle's reason")
    for item in result.stages:
        word = Text("pass", style=GOOD) if item.passed else Text("FAIL", style=BAD)
        table.add_row(item.stage, KIND_OF[item.stage], word, item.reason)
    return table


def compliance(result: Result) -> list[Text]:
    """A line for each kind of compliance: nothing found, what was found, or not judged."""
    lines = []
    for item in result.compliance:
        said = "; ".join(f"{finding.stage}: {finding.reason}" for finding in item.findings)
        said = said or item.failure or "nothing was found"
        words = f"{item.kind}: {item.outcome}; {said}"
        lines.append(Text(words, style=GOOD if item.complies else BAD))
    return lines


def show_delivery(console: Console, item: Delivered) -> None:
    """One delivery: verdicts, dashboard and truth, then compliance apart from both."""
    console.print(stages(item.result))
    console.print(compare([item]))
    for line in compliance(item.result):
        console.print(line)
    if item.evidence is not None and not item.evidence.provenance.isolated:
        console.print(Text("UNISOLATED: this run was made without a sandbox.", style=BAD))


def show_backends(console: Console, statuses: Sequence[BackendStatus]) -> None:
    """What each sandbox backend enforces here, by what was tried."""
    for status in statuses:
        table = Table(show_header=False, box=None)
        for finding in status.enforces:
            mark = Text("held", style=GOOD) if finding.enforced else Text("OPEN", style=BAD)
            table.add_row(finding.name, mark, Text(finding.evidence, style="dim"))
        state = "available" if status.available else "not available"
        title = f"{status.name} {status.version}: {state}"
        body = table if status.enforces else Text(status.reason or "nothing was tried")
        console.print(Panel(body, title=title, title_align="left"))
