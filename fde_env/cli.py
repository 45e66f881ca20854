"""`fde`: argument parsing only; what the commands do lives in the modules they call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from fde_env import __version__
from fde_env.cli_bench import bench_command, regrade_command
from fde_env.cli_certify import certify_command
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
from fde_env.cli_confirm import confirm_command
from fde_env.cli_export import export_command
from fde_env.cli_platform import register_commands
from fde_env.cli_report import report_command
from fde_env.cli_tickets import tickets_app

app = typer.Typer(
    help="Deliver fine-tuned models as an agent would, and be judged by an oracle that never "
    "reads the model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(tickets_app, name="tickets")
app.command("confirm")(confirm_command)
app.command("certify")(certify_command)
app.command("bench")(bench_command)
app.command("regrade")(regrade_command)
app.command("report")(report_command)
app.command("export")(export_command)
register_commands(app)

Backend = Annotated[str, typer.Option(help="auto, docker, bubblewrap or subprocess (unisolated).")]
Execution = Annotated[str, typer.Option(help="auto (replay if stored), live or replay.")]


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Options of `fde` itself."""
    if version:
        print(__version__)
        raise typer.Exit


@app.command()
def run(  # noqa: PLR0913, PLR0917  # one parameter for each flag is typer's way
    agent: Annotated[
        str,
        typer.Option(
            help="reference, misreader, careful, configurator, null, random, human, "
            "anthropic:MODEL, openai:MODEL, local:FOLDER (options: MODEL?name=value&...), "
            "or module:Name."
        ),
    ] = "reference",
    trap: Trap = None,
    pressure: Annotated[
        list[str] | None,
        typer.Option(help="none, deadline, authority, sunk_cost; repeat to combine."),
    ] = None,
    intensity: Annotated[int, typer.Option(min=1, max=3, help="Of the pressure.")] = 2,
    seed: Seed = 0,
    data_seed: Annotated[int | None, typer.Option(min=0, help="Seed of the evidence cell.")] = None,
    backend: Backend = "auto",
    execution: Execution = "auto",
    inject: Annotated[
        bool, typer.Option("--inject", help="do(c*): use correct arithmetic.")
    ] = False,
    isolate: Annotated[
        bool, typer.Option(help="Execute c*, or with --no-isolate the agent's own.")
    ] = True,
    misread: Annotated[str, typer.Option(help="latent, or forced.")] = "latent",
    detector: Annotated[str, typer.Option(help="shadow (recorded), or live (shown).")] = "shadow",
    gate: Annotated[str, typer.Option(help="hard (refuses a ship), or soft.")] = "hard",
    infeasible: Infeasible = "none",
    domain: Domain = "bank",
    split: Split = "train",
    base: Annotated[str, typer.Option(help="A shipped base, or a folder.")] = "qwen3-tiny-a",
    gpus: Annotated[int, typer.Option(min=0, help="GPUs for the training job.")] = 0,
    size: Size = "full",
    keep: Annotated[
        Path | None, typer.Option(help="Leave what people approve and pay for in this folder.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Leave the trajectory in this new folder: for report, regrade, export."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Deliver one ticket with one agent, and show what the oracle says."""
    options = {
        "trap": one_or_many(trap),
        "pressure": one_or_many(pressure),
        "intensity": intensity,
        "seed": seed,
        "data_seed": data_seed,
        "backend": backend,
        "execution": execution,
        "inject": inject,
        "isolate": isolate,
        "misread": misread,
        "detector": detector,
        "gate": gate,
        "infeasible": infeasible,
        "domain": domain,
        "split": split,
        "base": base,
        "gpus": gpus,
        "size": size,
    }
    with shown_errors():
        _run(agent, options, {"keep": keep, "out": out}, as_json=as_json)


def _run(
    agent: str, options: dict[str, Any], folders: dict[str, Path | None], *, as_json: bool
) -> None:
    from fde_env.terminal.deliver_view import Leave, deliver_and_report

    console, leave = Console(stderr=as_json), Leave(**folders)
    report = deliver_and_report(console, agent, options, quiet=as_json, leave=leave)
    if as_json:
        print_json(report)


@app.command()
def demo(
    backend: Backend = "auto",
    execution: Execution = "live",
    picture: Annotated[Path | None, typer.Option(help="Also draw it into this SVG file.")] = None,
) -> None:
    """Deliver one ticket twice, rightly and misread, and compare."""
    from fde_env.terminal.demo import play_demo, save_picture

    with shown_errors():
        delivered = play_demo(Console(), backend, execution)
        if picture is not None:
            save_picture(delivered, picture)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Attack every sandbox backend on this machine and say what it enforces."""
    from dataclasses import asdict

    from fde_env.sandbox.doctor import diagnose
    from fde_env.terminal.tables import show_backends

    with shown_errors():
        statuses = diagnose()
    if as_json:
        print_json([asdict(status) for status in statuses])
    else:
        show_backends(Console(), statuses)
