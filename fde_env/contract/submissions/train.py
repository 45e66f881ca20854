"""Stage 5, train: start the run, and answer an alarm."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen


class TrainSubmission(Frozen):
    """A command to the training platform."""

    command: Literal["start", "continue", "halt"] = Field(
        description="'start' once; 'continue' or 'halt' when an alarm has paused the run."
    )
