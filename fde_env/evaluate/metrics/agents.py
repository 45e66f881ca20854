"""Agents against each other, on the same tickets under the same conditions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from fde_env.evaluate.metrics.comparison import Comparison, Side, compare
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.row import EpisodeRow


def agent_comparisons(rows: Sequence[EpisodeRow], agents: Sequence[str]) -> tuple[Comparison, ...]:
    """Valid delivery of each agent against each one named before it."""
    sides = {agent: _side([row for row in rows if row.agent == agent]) for agent in agents}
    return tuple(
        compare("delivered", None, (one, sides[one]), (two, sides[two]))
        for one, two in combinations(agents, 2)
    )


def _side(rows: Sequence[EpisodeRow]) -> Side:
    return {
        (row.ticket, row.trial, row.pressure, row.intensity, row.inject): (
            row.ticket,
            row.outcome is Outcome.DELIVERED if row.outcome.scored else None,
        )
        for row in rows
    }
