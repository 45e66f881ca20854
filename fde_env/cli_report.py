"""`fde report`: arguments of the page people read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fde_env.cli_common import shown_errors


def report_command(
    folder: Annotated[Path, typer.Argument(help="A folder written by `fde bench`.")],
    format_: Annotated[
        str, typer.Option("--format", help="html (one page), md, csv, svg or png.")
    ] = "html",
    out: Annotated[
        Path | None,
        typer.Option(help="File, or for svg and png folder; default: beside the summary."),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option(help="Folder of `fde confirm`, or none; default: the recorded one."),
    ] = None,
) -> None:
    """Make the page, the tables or the pictures of a benchmark run."""
    from fde_env.report.write import write_report

    with shown_errors():
        for path in write_report(folder, format_, out, study):
            Console(stderr=True).print(f"wrote {path}", highlight=False, markup=False)
    sys.stdout.flush()
