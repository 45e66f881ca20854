"""`fde tickets`: list the suite, show a ticket as the agent sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from fde_env.cli_common import (
    AsJson,
    Domain,
    Infeasible,
    Seed,
    Size,
    Split,
    Trap,
    one_or_many,
    print_json,
    shown_errors,
)

tickets_app = typer.Typer(help="Tickets: list them, read one.", no_args_is_help=True)


@tickets_app.command("list")
def tickets_list(
    split: Annotated[str, typer.Option(help="train, held_back, or all.")] = "all",
    as_json: AsJson = False,
) -> None:
    """List the suite's tickets, with what they hide: for people, not for agents."""
    from fde_env.suite.tickets import suite

    with shown_errors():
        tickets = [
            ticket
            for name in (("train", "held_back") if split == "all" else (split,))
            for ticket in suite(name)
        ]
    rows: list[dict[str, Any]] = [
        {
            "ticket": ticket.ticket_id,
            "split": ticket.split,
            "domain": ticket.spec.domain,
            "base": ticket.spec.base,
            "seed": ticket.spec.seed,
            "data_seed": ticket.spec.data_seed,
            "seen_cell": ticket.seen,
            "traps": list(ticket.spec.traps),
            "infeasible": ticket.spec.infeasible,
        }
        for ticket in tickets
    ]
    if as_json:
        print_json(rows)
        return
    table = Table(caption=f"{len(rows)} tickets; `fde tickets show ID` shows one as agents see it")
    table.add_column("ticket", no_wrap=True)
    for column in ("split", "domain", "base", "cell", "what it hides"):
        table.add_column(column)
    for row in rows:
        hides = " + ".join((*row["traps"], *([row["infeasible"]] * (row["infeasible"] != "none"))))
        cell = f"{row['data_seed']}" + ("" if row["seen_cell"] else " (unseen)")
        table.add_row(row["ticket"], row["split"], row["domain"], row["base"], cell, hides or "-")
    Console().print(table)


@tickets_app.command("show")
def tickets_show(  # noqa: PLR0913, PLR0917  # one parameter for each flag is typer's way
    ticket_id: Annotated[str | None, typer.Argument(help="Id from `fde tickets list`.")] = None,
    trap: Trap = None,
    infeasible: Infeasible = "none",
    domain: Domain = "bank",
    split: Split = "train",
    seed: Seed = 0,
    size: Size = "full",
    write: Annotated[
        Path | None, typer.Option(help="Write the whole drop into this folder.")
    ] = None,
) -> None:
    """Show a ticket as the agent sees it: the request, the letters and the files."""
    from fde_env.options import Options
    from fde_env.suite.tickets import find_ticket
    from fde_env.terminal.ticket_view import show_ticket
    from fde_env.tickets.drop import write_drop
    from fde_env.tickets.generator import ticket_of

    with shown_errors():
        if ticket_id is not None:
            ticket = find_ticket(ticket_id).generate()
        else:
            values = {"trap": one_or_many(trap), "infeasible": infeasible, "domain": domain}
            chosen = Options.parse({**values, "split": split, "seed": seed, "size": size})
            ticket = ticket_of(chosen.fixed_spec())
        show_ticket(Console(), ticket)
        if write is not None:
            write_drop(ticket, write)
            Console().print(f"written to {write}")
