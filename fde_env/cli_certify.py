"""`fde certify`: what the suite's tickets must pass, shown or as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from fde_env.cli_common import shown_errors

if TYPE_CHECKING:
    from fde_env.certify.report import Certificate

SHOWN = 20


def certify_command(
    split: Annotated[str, typer.Option(help="train, or held_back.")] = "train",
    tickets: Annotated[
        int, typer.Option(min=0, help="Only so many, spread over the split; 0 for all.")
    ] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the search for cues.")] = False,
    processes: Annotated[int, typer.Option(min=0, help="0 for one a core.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Certify the suite from recorded runs; exits with 1 when anything fails."""
    from fde_env.certify.runner import Plan, certify

    console = Console(stderr=as_json)
    with shown_errors():
        plan = Plan(
            split=_split(split), tickets=tickets, look_for_cues=not quick, processes=processes
        )
        found = certify(plan)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        _show(console, found)
    if found.failures:
        raise typer.Exit(1)


def _split(name: str) -> Literal["train", "held_back"]:
    from fde_env.errors import UsageError

    if name == "train":
        return "train"
    if name == "held_back":
        return "held_back"
    raise UsageError(f"no split {name!r}; use train or held_back")


def _show(console: Console, found: Certificate) -> None:
    cues, skills, mutants = found.cue_auc, found.configurator, found.mutants
    lines = [
        _line("certified", f"{found.certified} of {found.tickets} tickets ({found.split})"),
        _line("mutants killed", f"{mutants.killed} of {mutants.total}"),
        _line("verdicts of other stages moved", f"{mutants.cross_stage_flips}"),
        _line("careful earns 1.0", f"{found.careful_rate:.3f}  (at least .95)"),
        _line("configurator, arithmetic", f"{skills.arithmetic:.3f}  (1)"),
        _line("configurator, judgment", f"{skills.judgment:.3f}  (.35 to .45)"),
        _line("  where it delivers", f"{skills.judgment_delivered:.3f}"),
        _line("blind ceiling", f"{found.blind_ceiling:.3f}  (at most .65)"),
    ]
    if cues is not None:
        for name, (low, high) in (("trap", cues.trap), ("feasibility", cues.feasibility)):
            lines.append(_line(f"cue AUC, {name}", f"{low:.3f} to {high:.3f}  (at most .55)"))
    lines.append(_line("seconds", f"{found.seconds:.0f}"))
    shown = found.failures[:SHOWN]
    lines += [f"FAILED {item.check}, {item.ticket} {item.hides}: {item.why}" for item in shown]
    if len(found.failures) > SHOWN:
        lines.append(f"... and {len(found.failures) - SHOWN} more; --json has all of them")
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)


def _line(name: str, value: str) -> str:
    return f"{name:<32}{value}"
