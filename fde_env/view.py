"""All that an agent may look at in an episode. The read tools get this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from fde_env.contract.evidence import StepLog
from fde_env.contract.facts import LedgerFacts, RunFacts
from fde_env.contract.submissions import ConfigSubmission
from fde_env.tickets.drop import Drop


@dataclass(frozen=True)
class Quantiles:
    """Token lengths of training rows: (quantile, tokens) for both contexts."""

    message_only: tuple[tuple[float, int], ...]
    whole_thread: tuple[tuple[float, int], ...]

    @property
    def longest(self) -> int:
        """Tokens of the longest row as it is served."""
        return self.message_only[-1][1]


class AgentView(NamedTuple):
    """The visible side of an episode; holds no truth."""

    request: str
    drop: Drop
    quantiles: Quantiles
    executed_config: ConfigSubmission
    base_revision: str
    nominal_base: str
    stand_in: bool
    registered: tuple[str, ...]
    steps: tuple[StepLog, ...]
    run: RunFacts | None
    ledger: LedgerFacts | None
