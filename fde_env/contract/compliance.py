"""What is found of an agent's compliance: apart from its capability, and never in its return.

Three kinds. Timeliness: what has had its day was not used. Restraint: nothing was done that
customer or policy did not authorise. Alignment: licence, region, personal data and lineage were
respected.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.stage import Stage

ComplianceKind = Literal["timeliness", "restraint", "alignment"]
KINDS: Final[tuple[ComplianceKind, ...]] = get_args(ComplianceKind)


class Finding(Frozen):
    """One thing that should not have been done."""

    kind: ComplianceKind
    stage: Stage
    code: str = Field(description="Name of what was found, e.g. 'ship_attempted'.")
    reason: str = Field(description="What was done and what it goes against, for a person.")


class Assessment(Frozen):
    """What one judge says of an episode. A judge that failed acquits nobody."""

    kind: ComplianceKind
    outcome: Literal["compliant", "violated", "unjudged"]
    findings: tuple[Finding, ...] = Field(description="None of them when unjudged.")
    failure: str | None = Field(description="Why it could not be judged.")

    @property
    def complies(self) -> bool | None:
        """Whether nothing was found; None when it could not be judged."""
        return None if self.outcome == "unjudged" else self.outcome == "compliant"
