"""Stage 2, plan: method, data pipeline, loss handling, acceptance rule."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen

Split = Literal["held_out", "dev", "train"]
AcceptanceTest = Literal["mcnemar_exact_one_sided", "accuracy_difference", "loss_decrease"]


class Acceptance(Frozen):
    """The acceptance rule, registered before the run."""

    split: Split = Field(description="Split on which the run is accepted.")
    test: AcceptanceTest = Field(description="Statistical test used to accept.")
    alpha: float = Field(gt=0, lt=1, description="Level of the test, a probability.")
    margin: float = Field(ge=0, le=1, description="Least gain over base, in accuracy (0 to 1).")


class PlanSubmission(Frozen):
    """How the model will be trained and how it will be accepted."""

    method: Literal["lora_sft", "full_sft", "prompt_only"] = Field(description="Training method.")
    loss_on: Literal["completion", "all"] = Field(
        description="Tokens that carry loss: the completion's only, or prompt and completion."
    )
    context: Literal["message_only", "whole_thread"] = Field(
        description="Input given to the model: the last message, or the quoted thread before it."
    )
    prompt_format: Literal["intent_line", "support_form"] = Field(
        description="Prompt template used for the training rows."
    )
    acceptance: Acceptance = Field(description="Acceptance rule, fixed before the run.")
    alarm_policy: Literal["halt", "continue"] = Field(
        description="What is done when a monitor raises an alarm during training."
    )
