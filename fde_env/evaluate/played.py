"""What playing an episode left behind, before it becomes lines of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fde_env.contract.evidence import Evidence
from fde_env.contract.facts import Facts
from fde_env.contract.record import StageRecord
from fde_env.contract.ticket import Ticket
from fde_env.errors import MalformedAction
from fde_env.evaluate.knowing import Stated
from fde_env.evaluate.outcome import Outcome, in_words
from fde_env.evaluate.plan import PlannedEpisode
from fde_env.evaluate.seat import Usage, plain
from fde_env.parse import parse_action
from fde_env.platform.ledger import MeterRow
from fde_env.result import Result


@dataclass(frozen=True)
class TrainedRun:
    """The run of an episode that was trained for it: its record, and what it was billed."""

    evidence: Evidence
    bill: MeterRow
    folder: Path | None


@dataclass(frozen=True)
class Played:
    """All that an episode left behind; result and facts are None when it has no score."""

    episode: PlannedEpisode
    ticket: Ticket | None
    first: Mapping[str, Any] | None
    steps: tuple[dict[str, Any], ...]
    outcome: Outcome
    detail: str
    result: Result | None
    records: tuple[StageRecord, ...]
    facts: Facts | None
    stated: tuple[Stated, ...]
    usage: Usage
    transcript: list[Any] | None
    reads: Mapping[str, int]
    faults: Mapping[str, int]
    error: Exception | None = None
    run_key: str | None = None
    trained: TrainedRun | None = None


def unplayed(episode: PlannedEpisode, error: Exception) -> Played:
    """An episode that the platform could not play at all."""
    return Played(
        episode=episode,
        ticket=None,
        first=None,
        steps=(),
        outcome=Outcome.INFRASTRUCTURE_ERROR,
        detail=in_words(error),
        result=None,
        records=(),
        facts=None,
        stated=(),
        usage=Usage(),
        transcript=None,
        reads={},
        faults={},
        error=error,
    )


def wire(action: Any) -> Any:
    """An action as the environment reads it; one that it cannot read, as it came."""
    try:
        return parse_action(action).as_dict()
    except MalformedAction:
        return plain(action)
