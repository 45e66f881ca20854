"""All that the operator may look at in an episode, and an agent may not (its side: `view.py`)."""

from __future__ import annotations

from pathlib import Path

from fde_env.contract.evidence import Evidence
from fde_env.contract.facts import Facts
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import Stage
from fde_env.contract.ticket import Ticket
from fde_env.contract.truth import Truth
from fde_env.episode import Episode
from fde_env.platform.collect import Mark, collect
from fde_env.platform.delivery import Delivery
from fde_env.platform.ledger import MeterRow, metered
from fde_env.runs.recorded import RecordedRun


class OperatorView:
    """Ticket, run, records and bill of the episode that is being played.

    Raises:
        UsageError: by all of them, before the first `reset`.
    """

    def _current(self) -> Episode:
        raise NotImplementedError

    @property
    def ticket(self) -> Ticket:
        """The ticket being delivered, truth included: not for agents."""
        return self._current().ticket

    @property
    def evidence(self) -> Evidence | None:
        """Record of the executed run; None before it has ended."""
        return self._current().evidence

    @property
    def run_dir(self) -> Path | None:
        """Folder of the run's record and adapter; None when it comes from the pack."""
        delivery = self._current().delivery
        return None if delivery is None else delivery.run.directory

    @property
    def replayed(self) -> bool | None:
        """Whether the run was played back from a record; None when there was no run."""
        delivery = self._current().delivery
        return None if delivery is None else isinstance(delivery.run, RecordedRun)

    @property
    def bill(self) -> MeterRow | None:
        """The ledger's row of the run; None before there is one."""
        bills = metered(self._current().ledger.rows)
        return bills[-1] if bills else None

    @property
    def records(self) -> tuple[StageRecord, ...]:
        """Submissions so far with the facts that they are graded on: not for agents."""
        return self._current().records

    def delivery(self, mark: Mark) -> Delivery:
        """What the ended delivery leaves for people: neither truth nor verdicts are in it.

        Raises:
            UsageError: nothing was delivered.
        """
        return collect(self._current(), mark)

    def oracle_view(self) -> tuple[Stage, Truth, Facts]:
        """Stage, truth and facts, for policies that are allowed to know (`fde_env.intervene`)."""
        episode = self._current()
        return episode.stage, episode.ticket.truth, episode.facts()
