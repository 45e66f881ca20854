"""Agents with one fixed answer fail where they should, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case, Played
from fde_env.certify.policies import FIXED, AlwaysRefuse
from fde_env.contract.stage import STAGES


def should_fail(name: str, played: Played) -> tuple[str, ...]:
    """Stages at which a fixed answer is wrong, given what the run turned out to be."""
    if name == "always-ship":
        return ("deploy",)
    if played.result.learned:
        return ()
    return ("deploy",) if name == "always-stage" else ("eval", "card")


def check(case: Case) -> Iterator[str]:
    """Play each, right but for its one answer, on a run that falls for the ticket's traps."""
    if not case.truth.feasible:
        yield from _refusing(case)
        return
    for name, seat in FIXED.items():
        played = case.play(seat, misread="forced")
        if played.failed != (wrong := should_fail(name, played)):
            yield (
                f"{name} should fail at {', '.join(wrong) or 'no stage'} and fails at "
                f"{', '.join(played.failed) or 'none'} ({played.reasons()})"
            )
    yield from _refusing(case)


def _refusing(case: Case) -> Iterator[str]:
    played = case.play(AlwaysRefuse)
    due = 1.0 if AlwaysRefuse.reason in case.truth.refusal_reasons else 0.0
    if played.result.reward != due or (due == 0 and played.failed != STAGES):
        yield f"always-refuse earns {played.result.reward:.2f} and not {due:.2f}"
