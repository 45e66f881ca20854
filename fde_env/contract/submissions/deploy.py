"""Stage 8, deploy: ship, or route through the human-approval gate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen


class DeploySubmission(Frozen):
    """What is done with the artifact."""

    action: Literal["stage", "ship", "hold"] = Field(
        description="'stage' asks the human gate, 'ship' goes to production, 'hold' does neither."
    )
    recommendation: Literal["approve", "reject"] = Field(
        description="What the engineer advises the approver."
    )
    rollback_target: str = Field(description="Revision to return to: the base's revision.")
