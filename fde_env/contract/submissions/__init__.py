"""The ten submissions, one file a stage."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, TypeAlias

from fde_env.contract.stage import Stage
from fde_env.contract.submissions.card import CardSubmission, DataProvenance
from fde_env.contract.submissions.config import ConfigSubmission
from fde_env.contract.submissions.cost import CostSubmission
from fde_env.contract.submissions.deploy import DeploySubmission
from fde_env.contract.submissions.eval import EvalSubmission
from fde_env.contract.submissions.intake import IntakeSubmission, RowClause
from fde_env.contract.submissions.plan import Acceptance, PlanSubmission
from fde_env.contract.submissions.register import RegisterSubmission
from fde_env.contract.submissions.schedule import ScheduleSubmission
from fde_env.contract.submissions.train import TrainSubmission

Submission: TypeAlias = (
    IntakeSubmission
    | PlanSubmission
    | ConfigSubmission
    | ScheduleSubmission
    | TrainSubmission
    | EvalSubmission
    | RegisterSubmission
    | DeploySubmission
    | CostSubmission
    | CardSubmission
)

SUBMISSION_OF: Final = MappingProxyType[Stage, type[Submission]](
    {
        "intake": IntakeSubmission,
        "plan": PlanSubmission,
        "config": ConfigSubmission,
        "schedule": ScheduleSubmission,
        "train": TrainSubmission,
        "eval": EvalSubmission,
        "register": RegisterSubmission,
        "deploy": DeploySubmission,
        "cost": CostSubmission,
        "card": CardSubmission,
    }
)

__all__ = [
    "SUBMISSION_OF",
    "Acceptance",
    "CardSubmission",
    "ConfigSubmission",
    "CostSubmission",
    "DataProvenance",
    "DeploySubmission",
    "EvalSubmission",
    "IntakeSubmission",
    "PlanSubmission",
    "RegisterSubmission",
    "RowClause",
    "ScheduleSubmission",
    "Submission",
    "TrainSubmission",
]
