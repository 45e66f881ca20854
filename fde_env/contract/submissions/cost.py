"""Stage 9, cost: account for GPU-hours and money."""

from __future__ import annotations

from pydantic import Field

from fde_env.contract.base import Frozen


class CostSubmission(Frozen):
    """The bill, as the ledger has it."""

    gpu_hours: float = Field(ge=0, description="Billed GPU-hours.")
    rate_usd: float = Field(ge=0, description="Price of one GPU-hour, US dollars.")
    total_usd: float = Field(ge=0, description="Total, US dollars.")
