"""The results of a study on the terminal."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

Run = dict[str, Any]


def show_results(console: Console, results: dict[str, Any], files: Sequence[Path]) -> None:
    """Print the table of arms, both denominators, the money and where the files are."""
    console.print(_by_base(results["runs"]))
    console.print(_by_arm(results))
    for line in _sentences(results):
        console.print(line, highlight=False, markup=False)
    for path in files:
        console.print(f"written: {path}", highlight=False, markup=False)


def _by_base(runs: Sequence[Run]) -> Table:
    table = Table(title="Held-out accuracy (mean over seeds)", title_justify="left")
    arms = list(dict.fromkeys(run["arm"] for run in runs))
    for column in ("base", "untuned", *arms):
        table.add_column(column, justify="left" if column == "base" else "right")
    for base in dict.fromkeys(run["base"] for run in runs):
        mine = [run for run in runs if run["base"] == base]
        cells = [_mean([run["base_accuracy"] for run in mine])]
        cells += [_mean([run["accuracy"] for run in mine if run["arm"] == arm]) for arm in arms]
        table.add_row(Path(base).name, *cells)
    return table


def _by_arm(results: dict[str, Any]) -> Table:
    table = Table(title="Silent failures and alarms", title_justify="left")
    columns = ("arm", "runs", "T holds", "loss falls", "TBDL", "harm alarms", "futility alarms")
    for column in (*columns, "median step"):
        table.add_column(column, justify="left" if column == "arm" else "right")
    for arm, line in results["summary"].items():
        mine = [run for run in results["runs"] if run["arm"] == arm]
        falls = sum((run["loss_last"] or 9e9) < (run["loss_first"] or 0) for run in mine)
        table.add_row(
            arm,
            str(line["n"]),
            str(sum(run["train_pass"] for run in mine)),
            str(falls),
            f"{line['tbdl']}/{line['n']}",
            f"{line['harm_alarms']}/{line['n']}",
            f"{line['futility_alarms']}/{line['n']}",
            _median_step(mine),
        )
    return table


def _median_step(runs: Sequence[Run]) -> str:
    """Median step of the first alarm of either detector."""
    steps = [
        min(step for step in (run["harm_step"], run["futility_step"]) if step is not None)
        for run in runs
        if run["harm_step"] is not None or run["futility_step"] is not None
    ]
    return f"{statistics.median(steps):g}" if steps else "-"


def _sentences(results: dict[str, Any]) -> list[str]:
    lines = []
    for part in results["denominators"]:
        for kind in ("harm", "futility"):
            if kind not in part or not part["n"]:
                continue
            found = part[kind]
            lines.append(
                f"False {kind} alarms on the {part['n']} {part['runs']}: {found['alarms']}. "
                f"Chance of any, at most {found['family_bound']:.2f} by design; rate at most "
                f"{100 * found['rate_upper_95']:.1f}% with 95% confidence."
            )
    money = results["money"]
    lines.append(
        f"Metered: ${money['spent_usd']:.2f} in all, ${money['tbdl_usd']:.2f} of it on runs that "
        f"trained and did not learn; halting at the first alarm would have saved "
        f"${money['saved_usd']:.2f} of that, and cut ${money['lost_usd']:.2f} from runs that learn."
    )
    return lines


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else "-"
