"""`fde export`: arguments of offline data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fde_env.cli_common import AsJson, print_json, shown_errors


def export_command(  # noqa: PLR0913, PLR0917  # one parameter for each flag is typer's way
    folder: Annotated[
        Path, typer.Argument(help="A folder with trajectories: of `fde bench` or `fde run --out`.")
    ],
    out: Annotated[Path, typer.Option(help="New folder for the data.")],
    format_: Annotated[
        str, typer.Option("--format", help="datasets, parquet, jsonl or minari.")
    ] = "datasets",
    layout: Annotated[
        str | None,
        typer.Option(
            help="steps (a transition a row), episodes, or chat (messages and tools, for SFT). "
            "Default: steps; minari: episodes."
        ),
    ] = None,
    agent: Annotated[list[str] | None, typer.Option(help="Of these agents only; repeat.")] = None,
    min_return: Annotated[
        float | None, typer.Option(min=0, max=1, help="Lowest return of an episode.")
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            help="delivered, agent_failure, agent_refusal or budget_spent; repeat. Default: all."
        ),
    ] = None,
    held_back: Annotated[
        bool, typer.Option("--held-back", help="Take held-back tickets too: never train on them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write trajectories as plain data for imitation and offline RL, without truth or verdicts."""
    from fde_env.export.choose import Choice
    from fde_env.export.write import MINARI, export

    with shown_errors():
        choice = Choice.parse(agent, outcome, min_return, held_back=held_back)
        usual = "episodes" if format_ == MINARI else "steps"
        found = export(folder, out, format_, layout or usual, choice)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    console = Console()
    console.print(
        f"{found.rows} rows of {found.episodes} episodes in {found.folder}",
        highlight=False,
        markup=False,
    )
    for why, count in found.left_out.items():
        console.print(f"left out: {count} {why}", highlight=False, markup=False)
