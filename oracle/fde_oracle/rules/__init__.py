"""The ten rules, one pure function a stage: `judge(truth, submission, facts) -> Verdict`."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from fde_env.contract.stage import Stage
from fde_env.contract.verdict import Verdict
from fde_oracle.rules import (
    card,
    config,
    cost,
    deploy,
    eval,
    intake,
    plan,
    register,
    schedule,
    train,
)

RULES: Final = MappingProxyType[Stage, Callable[[Any, Any, Any], Verdict]](
    {
        "intake": intake.judge,
        "plan": plan.judge,
        "config": config.judge,
        "schedule": schedule.judge,
        "train": train.judge,
        "eval": eval.judge,
        "register": register.judge,
        "deploy": deploy.judge,
        "cost": cost.judge,
        "card": card.judge,
    }
)
