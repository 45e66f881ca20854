"""What the command modules share: how errors are shown, and flags that mean the same everywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from fde_env.errors import FDEError

Trap = Annotated[
    list[str] | None,
    typer.Option(
        "--trap",
        help="none, permute, noise, mask, target, template, truncate, stale, leak, integrity or "
        "random; repeat to stack.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Surface seed of the ticket.")]
Size = Annotated[str, typer.Option(help="full, or smoke (quick; does not rank).")]
Domain = Annotated[str, typer.Option(help="The customer's line of business.")]
Split = Annotated[str, typer.Option(help="train, or held_back (other seeds and words).")]
Infeasible = Annotated[
    str,
    typer.Option(
        help="none, budget, deadline, licence, personal_data, no_label_source, undefined_metric."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@contextmanager
def shown_errors(*, resumable: bool = False) -> Iterator[None]:
    """Show our own errors as one line and exit with 2; let bugs be seen as bugs.

    A `resumable` command that is interrupted says that it goes on, and exits with 130.
    """
    try:
        yield
    except KeyboardInterrupt:
        if not resumable:
            raise
        Console(stderr=True).print("Stopped. The same command goes on from here.")
        raise typer.Exit(130) from None
    except FDEError as error:
        shown = Console(stderr=True, soft_wrap=True)
        shown.print(f"fde: {error}", style="red", highlight=False, markup=False)
        raise typer.Exit(2) from None


def print_json(value: Any) -> None:
    """Print one JSON document for other programs."""
    json.dump(value, sys.stdout, indent=2)
    sys.stdout.write("\n")


def one_or_many(values: list[str] | None) -> Any:
    """A repeated flag as the options take it."""
    chosen = values or ["none"]
    return chosen[0] if len(chosen) == 1 else tuple(chosen)
