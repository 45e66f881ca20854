"""What certification found: the report of `fde certify`."""

from __future__ import annotations

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.ticket import TicketSplit


class Finding(Frozen):
    """A check that failed, on which ticket, and why."""

    check: str
    ticket: str = Field(description="Id of the ticket; 'suite' when it is about all of them.")
    hides: str = Field(description="Factors of the ticket, for people.")
    why: str


class MutantCount(Frozen):
    """Wrong submissions that were graded."""

    total: int
    killed: int = Field(description="Mutants whose own stage failed.")
    cross_stage_flips: int = Field(description="Verdicts of other stages that moved.")


class Skills(Frozen):
    """Share of stages that the configurator passes."""

    arithmetic: float = Field(description="Over the tickets that it carries through.")
    judgment: float = Field(
        description="Over all tickets; what an accepted undeliverable ticket never reached failed."
    )
    judgment_delivered: float = Field(description="Over the tickets that it carries through.")


class CueAUC(Frozen):
    """95% intervals of the AUC of guessing from surface cues, on held-back tickets."""

    trap: tuple[float, float]
    feasibility: tuple[float, float]


class Certificate(Frozen):
    """The outcome for a suite; it stands when there are no failures."""

    suite_version: str
    split: TicketSplit
    tickets: int
    certified: int = Field(description="Tickets without a finding.")
    mutants: MutantCount
    careful_rate: float = Field(description="Share of tickets on which careful earns 1.0.")
    configurator: Skills
    cue_auc: CueAUC | None = Field(description="None when it was left out.")
    blind_ceiling: float = Field(description="Return of the best policy that opens no file.")
    seconds: float = Field(description="Wall time of the certification.")
    failures: tuple[Finding, ...]
