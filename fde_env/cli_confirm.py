"""`fde confirm`: arguments of the confirmatory study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from fde_env.cli_common import print_json, shown_errors

if TYPE_CHECKING:
    from fde_env.bench.plan import Planned

Many = list[str] | None


def confirm_command(  # noqa: PLR0913, PLR0917  # one parameter for each flag is typer's way
    base: Annotated[
        Many, typer.Option(help="Shipped id, hub id or folder; repeat. Default: all shipped.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Your own data: a .csv or .jsonl file, or a hub id.")
    ] = None,
    text_column: Annotated[str, typer.Option(help="Column of the texts in --data.")] = "text",
    label_column: Annotated[str, typer.Option(help="Column of the labels in --data.")] = "label",
    seeds: Annotated[str, typer.Option(help="Seeds, separated by commas.")] = "1,2,3",
    arms: Annotated[
        str, typer.Option(help="Data handlings, separated by commas.")
    ] = "correct,permute,noise,mask",
    steps: Annotated[
        int | None, typer.Option(min=1, help="Optimiser steps; default: as certified.")
    ] = None,
    size: Annotated[str, typer.Option(help="full, or smoke (quick; shows nothing).")] = "full",
    precision: Annotated[
        str | None, typer.Option(help="fp32, bf16 or fp16, on a GPU; a CPU runs fp32.")
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Peak rate; default: as certified, 2e-4 for a base of your own."),
    ] = None,
    backend: Annotated[
        str, typer.Option(help="auto, docker, bubblewrap or subprocess (unisolated).")
    ] = "auto",
    gpus: Annotated[int, typer.Option(min=0, help="GPUs of each run.")] = 0,
    workers: Annotated[int, typer.Option(min=0, help="Runs at a time; 0: one a core.")] = 0,
    warm: Annotated[
        bool, typer.Option(help="One sandbox a worker, or with --no-warm one a run.")
    ] = True,
    execution: Annotated[
        str,
        typer.Option(
            help="live (train what this machine has not trained yet), auto (take the package's "
            "recorded runs too), replay (train nothing)."
        ),
    ] = "live",
    out: Annotated[Path, typer.Option(help="Folder of results and pictures.")] = Path("confirm"),
    pictures: Annotated[bool, typer.Option(help="Draw the pictures.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the silent failure: bases x seeds x arms, two detectors.

    Interrupt it at any time: started again, it trains what is missing and nothing twice.
    """
    from fde_env.bench.confirm import confirm
    from fde_env.bench.request import Asked, place_for, plan_asked
    from fde_env.bench.results import short
    from fde_env.bench.table import show_results

    console = Console(stderr=True)
    asked = Asked(
        bases=tuple(base or ()),
        data=data,
        columns=(text_column, label_column),
        seeds=seeds,
        arms=arms,
        steps=steps,
        size=size,
        precision=precision,
        learning_rate=learning_rate,
        gpus=gpus,
    )
    with shown_errors(resumable=True):
        runs: tuple[Planned, ...] = plan_asked(asked, console)
        place = place_for(asked, backend, execution, workers=workers, warm=warm)
        done = confirm(runs, place, console, out=out, pictures=pictures)
    if as_json:
        print_json(short(done.results))
    else:
        show_results(Console(), done.results, done.files)
