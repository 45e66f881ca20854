"""How an episode is played: the part of the options that its state machine goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Rules:
    """How this episode is played; from the environment's options."""

    forced_misread: bool
    inject: bool
    live_detector: bool
    gate: Literal["hard", "soft"]
    isolate: bool
