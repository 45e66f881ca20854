"""What a run left behind: logs, probe checks, paired outcomes and provenance."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.run_spec import RunSpec
from fde_env.contract.submissions.plan import Split

RunStatus = Literal["completed", "halted", "failed"]
AlarmKind = Literal["harm", "futility"]


class StepLog(Frozen):
    """One optimiser step; a non-finite value is recorded as None."""

    step: int
    loss: float | None
    grad_norm: float | None
    learning_rate: float
    token_accuracy: float | None = Field(description="Next-token accuracy on loss tokens, 0 to 1.")


class ProbeCheck(Frozen):
    """One look at a fresh sample of the clean pool."""

    index: int = Field(description="Check number, from 1.")
    step: int
    worse: int = Field(description="Rows: base right, model wrong (d = -1).")
    same: int = Field(description="Rows with d = 0.")
    better: int = Field(description="Rows: base wrong, model right (d = +1).")
    harm_log_wealth: float
    futility_log_wealth: float | None = Field(description="None before the futility window.")


class SplitOutcome(Frozen):
    """Paired correctness of base and tuned model on one split, in rows."""

    split: Split
    rows: int
    base_correct: int
    correct: int
    gains: int = Field(description="Base wrong, tuned right.")
    losses: int = Field(description="Base right, tuned wrong.")

    @property
    def accuracy(self) -> float:
        """Accuracy of the tuned model, 0 to 1; 0 when the handling leaves no row of the split."""
        return self.correct / self.rows if self.rows else 0.0

    @property
    def base_accuracy(self) -> float:
        """Accuracy of the base, 0 to 1; 0 when the handling leaves no row of the split."""
        return self.base_correct / self.rows if self.rows else 0.0


class Snapshot(Frozen):
    """Outcomes and artifact at the step of an alarm: what a halt there would leave."""

    step: int
    artifact_digest: str
    outcomes: tuple[SplitOutcome, ...]


class Alarm(Frozen):
    """A detector's first crossing."""

    kind: AlarmKind
    step: int


class Provenance(Frozen):
    """How and where the run was made; none of it enters a fact that is graded."""

    backend: str
    backend_version: str
    isolated: bool
    limits: tuple[tuple[str, str], ...] = Field(description="Limits really in force, as text.")
    versions: tuple[tuple[str, str], ...] = Field(description="Library versions inside.")
    device: str
    threads: int
    executed_precision: str
    host_key: Literal["public", "private"] = Field(description="Key that seeds probe samples.")
    start_seconds: float
    train_seconds: float
    probe_seconds: float
    eval_seconds: float
    wall_seconds: float


class Evidence(Frozen):
    """The complete record of a run, as it is stored and replayed."""

    run_key: str
    spec: RunSpec
    status: RunStatus
    failure: str | None
    rows_given: int
    rows_kept: int = Field(description="Rows left after truncation dropped label tokens.")
    steps: tuple[StepLog, ...]
    checks: tuple[ProbeCheck, ...]
    alarms: tuple[Alarm, ...]
    snapshots: tuple[Snapshot, ...]
    outcomes: tuple[SplitOutcome, ...]
    artifact_digest: str
    provenance: Provenance
