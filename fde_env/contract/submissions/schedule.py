"""Stage 4, schedule: size the job to the cluster and the budget."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen

NodeType = Literal["H200", "A100", "L40S", "A40"]


class ScheduleSubmission(Frozen):
    """The nodes asked for and what they will take and cost."""

    node_type: NodeType = Field(description="GPU type.")
    gpu_count: int = Field(ge=1, le=64, description="GPUs.")
    hours: float = Field(gt=0, description="Wall hours from the formula in the price list.")
    cost_usd: float = Field(ge=0, description="Hours x GPUs x hourly price, US dollars.")
