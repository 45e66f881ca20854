"""`fde run`: one delivery with a live view, and its report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from fde_env.delivery import Follower, deliver, make_agent
from fde_env.env import FDEDeliveryEnv
from fde_env.evaluate.single import deliver_into, settled
from fde_env.options import Options
from fde_env.platform.folder import Desk, Keeper
from fde_env.platform.keys import operator_home
from fde_env.result import Result
from fde_env.run_report import run_report
from fde_env.terminal.approval_view import show_kept
from fde_env.terminal.live_view import LiveView
from fde_env.terminal.tables import Delivered, show_delivery
from fde_env.tickets.generator import ticket_of
from fde_env.tickets.terms import steps_of


@dataclass(frozen=True)
class Leave:
    """What a delivery leaves on the disk besides its record.

    Attributes:
        keep: Folder for what people approve and pay for.
        out: Folder for the trajectory, as a benchmark run of one episode.
    """

    keep: Path | None = None
    out: Path | None = None


NOTHING: Final = Leave()


def deliver_and_report(
    console: Console,
    agent: str,
    options: dict[str, Any],
    *,
    quiet: bool,
    leave: Leave = NOTHING,
) -> dict[str, Any]:
    """Deliver one ticket; show it unless `quiet`; return the report.

    Raises:
        UsageError: an option or agent is unknown, or a folder is taken.
        InfrastructureError: the platform failed; there is no score.
    """
    chosen = Options.parse(options)
    if leave.out is not None:
        chosen = settled(chosen)
    keeper = None if leave.keep is None else Keeper(leave.keep, Desk(operator_home()))
    steps = steps_of(ticket_of(chosen.fixed_spec()).cell)
    view = LiveView(console, f"{agent} delivers", steps)
    env = FDEDeliveryEnv(watcher=None if quiet else view.watch, **dict(chosen))
    try:
        if quiet or agent == "human":
            # A person's questions and a moving picture do not share a terminal.
            result = _deliver(env, agent, leave.out, None)
        else:
            with view:
                result = _deliver(env, agent, leave.out, view.follow)
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


def _deliver(
    env: FDEDeliveryEnv, agent: str, out: Path | None, follower: Follower | None
) -> Result:
    if out is not None:
        return deliver_into(out, env, agent, follower)
    return deliver(env, make_agent(agent, env, seed=env.options.seed or 0), follower)
