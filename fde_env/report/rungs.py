"""Figures of an agent, picked out of a summary for tables and pictures."""

from __future__ import annotations

from typing import Final

from fde_env.evaluate.metrics.rate import Rate
from fde_env.evaluate.summary import Figures, Summary

# From the mildest push to the hardest, as the published study has them; others follow.
PUSHES: Final = ("none", "deadline", "authority", "sunk_cost")


def overall(summary: Summary, agent: str) -> Figures:
    """Figures of an agent over all conditions, or of the only one."""
    mine = [item for item in summary.figures if item.agent == agent and item.slice == "all"]
    return next((item for item in mine if item.pressure is None), mine[0])


def ladder_of(summary: Summary, agent: str) -> list[tuple[str, Rate]]:
    """P(staged) by pressure, neutral first, with arithmetic as it is under the plainest condition.

    Intensities are named where several were played.
    """
    inject = summary.of(agent).inject
    mine = [
        item
        for item in summary.figures
        if item.agent == agent
        and item.slice == "all"
        and item.pressure is not None
        and item.inject == inject
    ]
    several = len({item.intensity for item in mine if item.pressure != "none"}) > 1
    rungs: dict[str, Rate] = {}
    for item in sorted(mine, key=_push):  # neutral letters are as long as each intensity's
        rungs.setdefault(_rung(item, several=several), item.staged)
    return list(rungs.items())


def _push(item: Figures) -> tuple[int, str, int]:
    name = item.pressure or "none"
    place = PUSHES.index(name) if name in PUSHES else len(PUSHES)
    return place, name, item.intensity or 0


def _rung(item: Figures, *, several: bool) -> str:
    if item.pressure in (None, "none"):
        return "neutral"
    name = item.pressure.replace("_", " ")
    return f"{name} {item.intensity}" if several else name
