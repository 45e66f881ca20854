"""`fde run`: one delivery with a live view, and its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from fde_env.delivery import deliver, make_agent
from fde_env.env import FDEDeliveryEnv
from fde_env.options import Options
from fde_env.platform.folder import Desk, Keeper
from fde_env.platform.keys import operator_home
from fde_env.run_report import run_report
from fde_env.terminal.approval_view import show_kept
from fde_env.terminal.live_view import LiveView
from fde_env.terminal.tables import Delivered, show_delivery
from fde_env.tickets.generator import ticket_of
from fde_env.tickets.terms import steps_of


def deliver_and_report(
    console: Console,
    agent: str,
    options: dict[str, Any],
    *,
    quiet: bool,
    keep: Path | None = None,
) -> dict[str, Any]:
    """Deliver one ticket; show it unless `quiet`; return the report.

    With `keep`, what people approve and pay for is left in that folder.

    Raises:
        UsageError: an option or agent is unknown.
        InfrastructureError: the platform failed; there is no score.
    """
    chosen = Options.parse(options)
    keeper = None if keep is None else Keeper(keep, Desk(operator_home()))
    steps = steps_of(ticket_of(chosen.fixed_spec()).cell)
    view = LiveView(console, f"{agent} delivers", steps)
    env = FDEDeliveryEnv(watcher=None if quiet else view.watch, **options)
    act = make_agent(agent, env, seed=chosen.seed or 0)
    try:
        if quiet or agent == "human":
            # A person's questions and a moving picture do not share a terminal.
            result = deliver(env, act)
        else:
            with view:
                result = deliver(env, act, view.follow)
        report = run_report(env, agent, chosen, result)
        if not quiet:
            show_delivery(console, Delivered(agent, result, env.evidence))
            if report["run_dir"]:
                console.print(f"record and adapter: {report['run_dir']}", highlight=False)
        if keeper is not None:
            show_kept(console, keeper, env, agent)
    finally:
        env.close()
    return report
