"""The ten governed stages, in order, and what kind of work each is."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Literal, get_args

Stage = Literal[
    "intake",
    "plan",
    "config",
    "schedule",
    "train",
    "eval",
    "register",
    "deploy",
    "cost",
    "card",
]
Kind = Literal["judgment", "arithmetic", "execution"]

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

KIND_OF: Final = MappingProxyType[Stage, Kind](
    {
        "intake": "judgment",
        "plan": "judgment",
        "config": "arithmetic",
        "schedule": "arithmetic",
        "train": "execution",
        "eval": "judgment",
        "register": "execution",
        "deploy": "judgment",
        "cost": "arithmetic",
        "card": "judgment",
    }
)
