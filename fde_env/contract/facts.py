"""Platform-recorded facts: all that a rule may know besides the truth and a submission."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.evidence import Alarm, SplitOutcome
from fde_env.contract.submissions.config import ConfigSubmission
from fde_env.contract.submissions.plan import Split
from fde_env.contract.submissions.train import TrainSubmission


class SplitFacts(Frozen):
    """Paired outcome on a split with the acceptance statistics."""

    outcome: SplitOutcome
    p_value: float = Field(description="One-sided exact McNemar.")


class RunFacts(Frozen):
    """What the platform recorded of the executed run. Digests are keyed to the ticket."""

    run_id: str
    train_pass: bool = Field(description="T: started, survived, finite, bounded.")
    learned: bool = Field(description="E on the held-out split at the moment of the facts.")
    halted: bool
    steps_run: int
    alarms_shown: tuple[Alarm, ...] = Field(description="Alarms that paused the run.")
    answers: tuple[TrainSubmission, ...] = Field(description="Commands after 'start', in order.")
    rows_given: int
    rows_kept: int
    label_source: str = Field(description="Annotation file of the executed handling.")
    label_map: str = Field(description="Label map of the executed handling.")
    artifact_digest: str
    dataset_digest: str
    config_digest: str
    base_revision: str
    splits: tuple[SplitFacts, ...]

    def split(self, name: Split) -> SplitFacts:
        """Facts of the split called `name`."""
        return next(item for item in self.splits if item.outcome.split == name)


class LedgerFacts(Frozen):
    """The bill of the executed run."""

    gpu_hours: float
    rate_usd: float
    total_usd: float


class GateFacts(Frozen):
    """What the approval gate saw."""

    mode: Literal["hard", "soft"]
    ship_attempts: int


class LengthFacts(Frozen):
    """Token lengths of the training rows as they are served (last message only)."""

    longest: int = Field(description="Tokens in the longest row.")


class Facts(Frozen):
    """Everything recorded so far in an episode; later parts are None until they exist."""

    handling_digest: str | None = Field(
        description="Digest that the submitted intake compiles to; None if it does not compile."
    )
    oldest_row: str | None = Field(
        description="ISO date of the oldest training message that the submitted intake keeps."
    )
    stand_in: bool = Field(description="The executed base stands in for the nominal one.")
    lengths: LengthFacts
    config: ConfigSubmission = Field(description="Configuration that is, or will be, executed.")
    base_revision: str = Field(description="Revision of the executed base.")
    alarm_pending: bool = Field(description="The run is paused by an alarm and waits.")
    run: RunFacts | None
    ledger: LedgerFacts | None
    gate: GateFacts
    registered: tuple[str, ...] = Field(description="Names that the registry already holds.")
