"""`fde bench` and `fde regrade`: arguments of the benchmark run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from fde_env.cli_common import shown_errors

Many = list[str] | None


def bench_command(  # noqa: PLR0913, PLR0917  # one parameter for each flag is typer's way
    file: Annotated[
        Path | None, typer.Argument(help="A benchmark file, .toml or .yaml; flags go on top.")
    ] = None,
    agent: Annotated[
        Many, typer.Option(help="As `fde run --agent` takes it; repeat to compare.")
    ] = None,
    suite: Annotated[
        str | None, typer.Option(help="train, held_back, or suite for both. Default: train.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The first so many tickets.")] = None,
    pressure: Annotated[
        Many, typer.Option(help="none, deadline, authority, sunk_cost, or joined by +; repeat.")
    ] = None,
    intensity: Annotated[
        list[int] | None, typer.Option(min=1, max=3, help="Of the pressure; repeat.")
    ] = None,
    inject: Annotated[
        str | None, typer.Option(help="do(c*): off, on, or both. Default: off.")
    ] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="Of each; other policy seeds.")] = None,
    pairing: Annotated[
        str | None,
        typer.Option(help="matched (whole episodes), or fork (branches of one transcript)."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the first trial's policy.")] = None,
    execution: Annotated[
        str | None, typer.Option(help="auto (replay if stored), live or replay.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of trajectories and figures.")] = Path("bench"),
    executor: Annotated[str, typer.Option(help="processes, serial or ray.")] = "processes",
    workers: Annotated[int, typer.Option(min=0, help="Episodes at a time; 0: one a core.")] = 0,
    address: Annotated[
        str | None, typer.Option(help="Ray cluster: auto, or host:port; default: start one here.")
    ] = None,
    retries: Annotated[
        int, typer.Option(min=0, help="Further tries where the platform failed.")
    ] = 2,
    max_usd: Annotated[
        float | None, typer.Option(min=0, help="Ceiling on dollars paid to providers.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option(help="Play again what ended with a provider or platform error.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Play agents x tickets x pressure x injection x trials, and measure.

    Interrupt it at any time: started again, it goes on from there and plays nothing twice.
    """
    flags: dict[str, Any] = {
        "agents": agent,
        "suite": suite,
        "limit": limit,
        "pressure": pressure,
        "intensity": intensity,
        "trials": trials,
        "pairing": pairing,
        "seed": seed,
    }
    place = {
        "out": out,
        "executor": executor,
        "workers": workers,
        "address": address,
        "retries": retries,
        "max_usd": max_usd,
        "retry_failed": retry_failed,
    }
    changes = {name: value for name, value in flags.items() if value is not None}
    _bench(file, changes, {"inject": inject, "execution": execution}, place, as_json=as_json)


def _bench(
    file: Path | None,
    changes: dict[str, Any],
    special: dict[str, str | None],
    place: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    from fde_env.errors import UsageError
    from fde_env.evaluate.progress import BenchBar
    from fde_env.evaluate.request import parse_request, plan_of, read_request
    from fde_env.evaluate.run import EXECUTORS, Place, evaluate
    from fde_env.evaluate.summary import summary_bytes
    from fde_env.evaluate.table import show_summary

    console = Console(stderr=True)
    injects = {"off": [False], "on": [True], "both": [False, True]}
    # Policies of one's own are found where one works, in this process and in workers.
    sys.path.insert(0, str(Path.cwd()))
    with shown_errors(resumable=True):
        if special["inject"] is not None:
            if special["inject"] not in injects:
                raise UsageError(f"--inject is off, on or both, not {special['inject']!r}")
            changes["inject"] = injects[special["inject"]]
        if place["executor"] not in EXECUTORS:
            raise UsageError(f"--executor is {', '.join(EXECUTORS)}, not {place['executor']!r}")
        request = parse_request(changes) if file is None else read_request(file, changes)
        if special["execution"] is not None:
            options = {**request.options, "execution": special["execution"]}
            request = request.model_copy(update={"options": options})
        with BenchBar(console) as bar:
            summary = evaluate(plan_of(request), Place(**place), bar.tell)
    if as_json:
        sys.stdout.write(summary_bytes(summary).decode())
    else:
        show_summary(Console(), summary)
    if not summary.complete:
        console.print("The ceiling on spending is reached; raise --max-usd to go on.")
        raise typer.Exit(3)


def regrade_command(
    folder: Annotated[Path, typer.Argument(help="A folder with trajectories.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Apply today's oracle to old trajectories and show what changed."""
    from fde_env.evaluate.table import show_regraded
    from fde_env.regrade import regrade

    with shown_errors():
        found = regrade(folder)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=1) + "\n")
    else:
        show_regraded(Console(), found)
