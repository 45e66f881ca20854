"""The run spec: everything that decides what a training run computes.

Its digest is the run's key in the store. Library versions, threads and the backend
are provenance beside it, so that a recorded run is found on another machine.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen, digest_of
from fde_env.contract.memory import once_each
from fde_env.contract.submissions.config import ConfigSubmission

Size = Literal["full", "smoke"]


class CellKey(Frozen):
    """The canonical rows that a run is about, apart from any ticket's wording."""

    domain: str
    data_seed: int
    size: Size


class ProbePlan(Frozen):
    """Pre-registered constants of the clean probe and its two detectors."""

    every_steps: int = Field(description="Optimiser steps between checks.")
    sample_size: int = Field(description="Rows drawn afresh at each check.")
    pool_size: int = Field(description="Rows in the clean pool.")
    bets: tuple[float, ...] = Field(description="Fractions wagered, mixed uniformly.")
    harm_margin: float = Field(description="Null: pool mean of change is at least this.")
    harm_alpha: float
    futility_margin: float = Field(description="Plateau of the minimum learning curve.")
    futility_alpha: float


class RunSpec(Frozen):
    """One training run, fully determined."""

    cell: CellKey
    base_id: str
    base_digest: str
    dataset_digest: str = Field(description="Order-free digest of (text, label) pairs.")
    splits_digest: str = Field(description="Digest of dev, probe pool and held-out rows.")
    loss_on: Literal["completion", "all"]
    context: Literal["message_only", "whole_thread"]
    prompt_format: Literal["intent_line", "support_form"]
    config: ConfigSubmission
    warmup_steps: int
    probe: ProbePlan

    @property
    def key(self) -> str:
        """Name of the run in the store, 64 hex digits."""
        return _key(self)


@once_each
def _key(spec: RunSpec) -> str:
    return digest_of(spec)
