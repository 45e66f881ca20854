"""Falling for the ticket's traps has the declared effect, in recorded runs."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case
from fde_env.intervene import forced_handling
from fde_env.runs.facts import is_tbdl, run_learned
from fde_env.tickets.traps import TRAPS


def declared(case: Case) -> str:
    """What the traps say: a stack fails silently if any part of it does."""
    effects = {TRAPS[trap].if_misread for trap in case.ticket.spec.traps}
    return "tbdl" if "tbdl" in effects else "benign"


def check(case: Case) -> Iterator[str]:
    """Look up the run of who falls for the traps."""
    if not case.truth.feasible or not case.ticket.spec.traps:
        return
    acceptance = case.truth.policy.acceptance
    ran = case.evidence(*forced_handling(case.truth))
    outcome = next(item for item in ran.outcomes if item.split == acceptance.split)
    course = f"{outcome.base_accuracy:.3f} -> {outcome.accuracy:.3f}"
    wanted = declared(case)
    if wanted == "tbdl" and not is_tbdl(ran, acceptance):
        yield f"misread, it is declared to train and not to learn; the run did otherwise ({course})"
    if wanted == "benign" and not run_learned(ran, acceptance):
        yield f"misread, it is declared to learn all the same; the run did not ({course})"
