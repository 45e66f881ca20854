"""What the operator and the customer fixed in writing: policy, price list, cluster.

These are the parsed twins of `policy.json`, `price_list.json` and `cluster.json` in
the drop, so the oracle and a careful reader work from the same figures.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.submissions.config import LoraTarget, Precision
from fde_env.contract.submissions.plan import Acceptance
from fde_env.contract.submissions.schedule import NodeType

Region = Literal["eu-west", "us-east", "ap-east"]
"""Where machines stand; names of one length, so that no size tells which."""


class ConfigRegion(Frozen):
    """Certified hyperparameter region; bounds are inclusive."""

    learning_rate_low: float
    learning_rate_high: float
    rows_per_step: int = Field(description="batch_size x accumulation, rows.")
    batch_size_high: int = Field(description="Largest micro-batch, rows.")
    max_steps: int = Field(description="Optimiser steps that were certified.")
    lora_ranks: tuple[int, ...]
    alpha_over_rank: int
    lora_targets: tuple[LoraTarget, ...]
    max_length_high: int = Field(description="Longest row allowed, tokens.")
    precision: Precision
    seed: int


class Policy(Frozen):
    """The operator's policy for this delivery."""

    acceptance: Acceptance
    alarm_policy: Literal["halt", "continue"]
    production_needs_approval: bool
    region: ConfigRegion
    served_prompt_format: Literal["intent_line", "support_form"]
    budget_usd: float
    deadline_hours: float


class PriceList(Frozen):
    """Hourly prices and the billing rule."""

    usd_per_gpu_hour: tuple[tuple[NodeType, float], ...]
    billed_tokens_per_row: int = Field(description="Rows are billed at the serving window.")
    assumed: tuple[NodeType, ...] = Field(description="Node types whose price is an assumption.")

    def rate(self, node: NodeType) -> float:
        """US dollars of one GPU-hour on `node`."""
        return dict(self.usd_per_gpu_hour)[node]


class Pool(Frozen):
    """One way to run the nominal base: GPUs of one type and their certified throughput."""

    node_type: NodeType
    gpu_count: int
    region: Region
    memory_gib: float = Field(description="Memory of one GPU, GiB (vendor figure).")
    tokens_per_second: float = Field(description="Certified training throughput of the pool.")


class Cluster(Frozen):
    """What can be rented, and the memory the job needs."""

    nominal_base: str
    parameters_billion: float
    bytes_per_parameter: float
    activation_gib_per_row: float = Field(description="GiB a row of the micro-batch needs.")
    reserve_gib: float = Field(description="GiB kept free on every GPU.")
    pools: tuple[Pool, ...]
