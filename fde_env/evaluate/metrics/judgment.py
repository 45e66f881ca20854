"""Residual judgment failure: the share of judgment verdicts that fail, with and without do(c*).

When the arithmetic is put right by intervention, what still fails is judgment. The effect of the
intervention is paired: the same stage of the same ticket and trial, injected and not.
"""

from __future__ import annotations

from collections.abc import Sequence

from fde_env.contract.stage import KIND_OF, STAGES
from fde_env.evaluate.metrics.comparison import Comparison, Side, compare
from fde_env.evaluate.metrics.rate import Rate, rate
from fde_env.evaluate.metrics.stage_passes import verdicts
from fde_env.evaluate.row import EpisodeRow


def judgment_failure(rows: Sequence[EpisodeRow]) -> Rate:
    """Share of judgment verdicts that failed."""
    return rate(
        (ticket, None if passed is None else not passed)
        for ticket, passed in verdicts(rows, "judgment")
    )


def injection_effect(rows: Sequence[EpisodeRow], agent: str) -> Comparison | None:
    """Judgment failure injected against not injected; None when one of the two was not played."""
    mine = [row for row in rows if row.agent == agent]
    plain, injected = _side(mine, inject=False), _side(mine, inject=True)
    if not plain or not injected:
        return None
    return compare("judgment failed", agent, ("without do(c*)", plain), ("do(c*)", injected))


def _side(rows: Sequence[EpisodeRow], *, inject: bool) -> Side:
    return {
        (row.ticket, row.trial, row.pressure, row.intensity, stage): (
            row.ticket,
            None if (passed := row.stages[stage]) is None else not passed,
        )
        for row in rows
        if row.inject is inject
        for stage in STAGES
        if KIND_OF[stage] == "judgment" and (stage == "intake" or row.infeasible == "none")
    }
