"""Stage 6, eval: what was measured, on which split, and what follows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.submissions.plan import AcceptanceTest, Split


class EvalSubmission(Frozen):
    """The evaluation that the engineer stands behind."""

    split: Split = Field(description="Split that the claim is about.")
    test: AcceptanceTest = Field(description="Test that decides `learned`.")
    base_accuracy: float = Field(ge=0, le=1, description="Accuracy of the base, 0 to 1.")
    accuracy: float = Field(ge=0, le=1, description="Accuracy of the tuned model, 0 to 1.")
    gains: int = Field(ge=0, description="Rows: base wrong, tuned right.")
    losses: int = Field(ge=0, description="Rows: base right, tuned wrong.")
    p_value: float = Field(ge=0, le=1, description="p-value of the test.")
    learned: bool = Field(description="Whether the run learned, by the acceptance rule.")
    recommendation: Literal["approve", "reject"] = Field(description="What follows.")
