"""Stage 3, config: concrete hyperparameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen

LoraTarget = Literal[
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head"
]
Precision = Literal["bf16", "fp16", "fp32"]


class ConfigSubmission(Frozen):
    """Hyperparameters of one LoRA run."""

    learning_rate: float = Field(gt=0, le=1, description="Peak learning rate, per step.")
    batch_size: int = Field(ge=1, le=4096, description="Rows in a micro-batch.")
    accumulation: int = Field(ge=1, le=4096, description="Micro-batches in an optimiser step.")
    max_steps: int = Field(ge=1, le=1_000_000, description="Optimiser steps.")
    lora_rank: int = Field(ge=1, le=1024, description="LoRA rank r.")
    lora_alpha: int = Field(ge=1, le=4096, description="LoRA alpha; the scale is alpha / r.")
    lora_targets: tuple[LoraTarget, ...] = Field(description="Linear layers that get an adapter.")
    max_length: int = Field(ge=1, le=1_000_000, description="Row length limit, in tokens.")
    precision: Precision = Field(description="Number format of the run.")
    seed: int = Field(ge=0, le=2**31 - 1, description="Training seed.")
