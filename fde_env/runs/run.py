"""What a run is to the environment: live or recorded, it is advanced alarm by alarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol

from fde_env.contract.base import digest_of
from fde_env.contract.evidence import Alarm, Evidence, ProbeCheck, StepLog
from fde_env.contract.memory import KEPT, Same

Answer = Literal["continue", "halt"]
NO_ARTIFACT = digest_of("no artifact")


@dataclass(frozen=True, slots=True)
class Progress:
    """One thing that happened in a run, for a person who watches. Agents never see it."""

    phase: Literal["start", "base", "train", "eval", "done"]
    step: int
    total: int
    loss: float | None = None
    check: ProbeCheck | None = None
    alarms: tuple[Alarm, ...] = ()


Watcher = Callable[[Progress], None]


class Run(Protocol):
    """A run under way. Call `advance` until it returns None, then read `evidence`."""

    @property
    def steps(self) -> tuple[StepLog, ...]:
        """Log of the steps taken so far."""
        ...

    @property
    def directory(self) -> Path | None:
        """Folder that holds the finished run's record and adapter; None when there is none."""
        ...

    def advance(self) -> Alarm | None:
        """Go on to the next alarm that is shown, or to the end (None)."""
        ...

    def answer(self, command: Answer) -> None:
        """Answer the alarm that `advance` returned."""
        ...

    def evidence(self) -> Evidence:
        """The record of the finished run."""
        ...

    def close(self) -> None:
        """Stop whatever still runs. Idempotent."""
        ...


def halted_prefix(evidence: Evidence, step: int) -> Evidence:
    """What a halt at the alarm of `step` leaves: the run up to there and its snapshot.

    Raises:
        ValueError: the run has no snapshot at that step.
    """
    return _halted_prefix(Same(evidence), step)


@lru_cache(maxsize=KEPT)
def _halted_prefix(of_evidence: Same[Evidence], step: int) -> Evidence:
    evidence = of_evidence.value
    snapshot = next((item for item in evidence.snapshots if item.step == step), None)
    if snapshot is None:
        raise ValueError(f"no snapshot was taken at step {step}")
    return evidence.model_copy(
        update={
            "status": "halted",
            "steps": tuple(item for item in evidence.steps if item.step <= step),
            "checks": tuple(item for item in evidence.checks if item.step <= step),
            "alarms": tuple(item for item in evidence.alarms if item.step <= step),
            "snapshots": tuple(item for item in evidence.snapshots if item.step < step),
            "outcomes": snapshot.outcomes,
            "artifact_digest": snapshot.artifact_digest,
        }
    )
