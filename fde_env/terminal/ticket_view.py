"""A ticket as the agent sees it."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from fde_env.contract.ticket import Ticket

HEAD_LINES: Final = 12
WHOLE: Final = (".txt", ".md")


def show_ticket(console: Console, ticket: Ticket) -> None:
    """Request, letters and files; long files are cut after a few lines."""
    console.print(Panel(Text(ticket.request.strip()), title=ticket.ticket_id, title_align="left"))
    for letter in ticket.inbox:
        words = "\n".join(line for line in letter.text.splitlines() if line.strip("-"))
        title = f"letter at {letter.occasion}"
        console.print(Panel(Text(words), title=title, title_align="left"))
    for file in ticket.files:
        lines = file.text.rstrip().splitlines()
        shown = lines if file.name.endswith(WHOLE) else lines[:HEAD_LINES]
        rest = len(lines) - len(shown)
        body = "\n".join(shown) + (f"\n... {rest} more lines" if rest else "")
        console.print(Panel(Text(body), title=file.name, title_align="left"))
