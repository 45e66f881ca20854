"""The demo: one ticket delivered twice, by who reads it right and by who misreads it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from fde_env.delivery import deliver, make_agent
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import BackendUnavailable
from fde_env.sandbox.choose import choose_backend
from fde_env.terminal.live_view import LiveView
from fde_env.terminal.tables import Delivered, compare
from fde_env.tickets.terms import steps_of

SEED = 7
PARTS = (
    ("reference", "reads the right label map"),
    ("misreader", "takes the outdated label map"),
)


def play_demo(console: Console, backend: str, execution: str) -> list[Delivered]:
    """Deliver the permute ticket with both agents and show the two side by side.

    Raises:
        UsageError: there is no such backend or execution.
        InfrastructureError: no sandbox can run here, or one broke down.
    """
    console.print(
        "\nA bank wants its intent model fine-tuned. Its drop holds two label maps; one is "
        "outdated.\nTwo engineers take the same ticket. Both trainings are real.\n"
    )
    backend = usable_backend(console, backend)
    delivered = [_deliver(console, agent, title, backend, execution) for agent, title in PARTS]
    console.print()
    console.print(compare(delivered))
    console.print(
        "\nBoth dashboards are green. Only one customer got a model: a run that trains but does "
        "not learn (TBDL)\nlooks healthy from inside, and is billed in full.\n"
    )
    if any(item.evidence and not item.evidence.provenance.isolated for item in delivered):
        console.print(Text("UNISOLATED: these runs were made without a sandbox.", style="bold red"))
    return delivered


def save_picture(delivered: Sequence[Delivered], path: Path) -> None:
    """Draw finished deliveries, their curves and the comparison, as an SVG file."""
    console = Console(record=True, width=118, file=io.StringIO(), force_terminal=True)
    for item in delivered:
        if item.evidence is not None:
            view = LiveView(console, item.title, item.evidence.spec.config.max_steps)
            view.recall(item.evidence)
            console.print(view.panel())
    console.print(compare(delivered))
    drawn = console.export_svg(title="fde demo")
    # Without web fonts: a picture in a page must fetch nothing.
    drawn = re.sub(r"@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)
    path.write_text(drawn.replace("Fira Code", "DejaVu Sans Mono, Menlo"), encoding="utf-8")


def usable_backend(console: Console, backend: str) -> str:
    """`backend`, or for "auto" the isolated one that can run here, else "subprocess", said aloud.

    Only the demo does this: it trains nothing but this project's own rows.
    """
    if backend != "auto":
        return backend
    try:
        return choose_backend(backend).name
    except BackendUnavailable as error:
        console.print(Text(f"UNISOLATED: {error}.", style="bold red"))
        console.print("The demo goes on with --backend subprocess.\n")
        return "subprocess"


def _deliver(console: Console, agent: str, title: str, backend: str, execution: str) -> Delivered:
    options: dict[str, Any] = {
        "trap": "permute",
        "seed": SEED,
        "backend": backend,
        "execution": execution,
    }
    env = FDEDeliveryEnv(**options)
    env.reset()
    steps = steps_of(env.ticket.cell)
    with LiveView(console, f"{agent}: {title}", steps) as view:
        env = FDEDeliveryEnv(watcher=view.watch, **options)
        try:
            result = deliver(env, make_agent(agent, env), view.follow)
        finally:
            env.close()
    return Delivered(title=title, result=result, evidence=env.evidence)
