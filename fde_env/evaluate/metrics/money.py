"""What an episode costs, what a valid delivery costs, and what went into runs that learned nothing.

Two purses are kept apart: what the agent's provider is paid, and what the training run is billed.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.evaluate.metrics.mean import Mean, mean
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.row import EpisodeRow


class Money(Frozen):
    """US dollars and tokens. Means are by episode unless they say otherwise."""

    agent_usd: Mean = Field(description="Paid to the agent's provider.")
    input_tokens: Mean
    output_tokens: Mean
    compute_usd: Mean = Field(description="Billed for the training run, by the meter.")
    usd_per_delivery: Mean = Field(
        description="Agent and compute together, over valid deliveries; agents that state no "
        "dollars count by compute alone."
    )
    tbdl_usd: float = Field(description="Billed for runs that trained and did not learn.")


def money(rows: Sequence[EpisodeRow]) -> Money:
    """Sums and means of money and tokens."""
    return Money(
        agent_usd=mean(rows, lambda row: row.usage.dollars),
        input_tokens=mean(rows, lambda row: row.usage.input_tokens),
        output_tokens=mean(rows, lambda row: row.usage.output_tokens),
        compute_usd=mean(rows, _compute),
        usd_per_delivery=mean(rows, _both, lambda row: row.outcome is Outcome.DELIVERED),
        tbdl_usd=sum(row.compute_usd or 0.0 for row in rows if row.tbdl),
    )


def _compute(row: EpisodeRow) -> float | None:
    """An episode without a run was billed nothing; what an unscored one was billed is unknown."""
    return (row.compute_usd or 0.0) if row.outcome.scored else None


def _both(row: EpisodeRow) -> float | None:
    """What the agent spent is spent, scored or not."""
    compute = _compute(row)
    if compute is None and row.usage.dollars is None:
        return None
    return (compute or 0.0) + (row.usage.dollars or 0.0)
