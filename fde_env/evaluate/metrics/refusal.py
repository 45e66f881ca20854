"""Refusal as detection: hits on tickets that cannot be delivered, false alarms on the rest."""

from __future__ import annotations

from collections.abc import Sequence

from fde_env.contract.base import Frozen
from fde_env.evaluate.metrics.rate import Rate, episode_rate
from fde_env.evaluate.row import EpisodeRow


class Refusal(Frozen):
    """Rates of refusal."""

    hit: Rate
    hit_for_a_true_reason: Rate
    false_alarm: Rate


def refusal(rows: Sequence[EpisodeRow]) -> Refusal:
    """Hit and false-alarm rates; a hit asks for the refusal, the second also for the reason."""
    impossible = [row for row in rows if row.infeasible != "none"]
    possible = [row for row in rows if row.infeasible == "none"]
    return Refusal(
        hit=episode_rate(impossible, lambda row: bool(row.refused)),
        hit_for_a_true_reason=episode_rate(impossible, lambda row: bool(row.refused_rightly)),
        false_alarm=episode_rate(possible, lambda row: bool(row.refused)),
    )
