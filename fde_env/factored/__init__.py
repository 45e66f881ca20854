"""`FDEFactored-v0`: a delivery as a few choices a stage, for agents that do not read text."""

from __future__ import annotations

from fde_env.factored.choices import CHOICES, READS, SIZES
from fde_env.factored.env import FDEFactoredEnv
from fde_env.factored.features import NAMES
from fde_env.factored.score import (
    Outcome,
    Score,
    prepare_all,
    score_agent,
    score_learner,
    summary,
)

__all__ = [
    "CHOICES",
    "NAMES",
    "READS",
    "SIZES",
    "FDEFactoredEnv",
    "Outcome",
    "Score",
    "prepare_all",
    "score_agent",
    "score_learner",
    "summary",
]
