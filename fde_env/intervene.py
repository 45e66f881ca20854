"""Interventions that need the truth: do(c*), the forced misread, reference and misreader.

This is the only module of the environment that asks the oracle for gold answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

from fde_env.beliefs import right_answer
from fde_env.contract.belief import question_of
from fde_env.contract.facts import Facts
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import (
    IntakeSubmission,
    PlanSubmission,
    Submission,
    TrainSubmission,
)
from fde_env.contract.truth import Truth
from fde_oracle.gold import reference_submission

INJECTED_STAGES: Final[frozenset[Stage]] = frozenset({"config", "schedule", "cost"})


def injected(stage: Stage, truth: Truth, facts: Facts) -> Submission | None:
    """do(c*): the oracle-correct submission of an arithmetic stage, None for other stages."""
    return reference_submission(stage, truth, facts) if stage in INJECTED_STAGES else None


def forced_handling(truth: Truth) -> tuple[IntakeSubmission, PlanSubmission]:
    """The corrupted intake and plan that `misread="forced"` executes."""
    accepted = truth.misread_intake.model_copy(
        update={"decision": "accept", "refusal_reason": "none"}
    )
    return accepted, truth.misread_plan


def right_handling(truth: Truth, facts: Facts) -> tuple[IntakeSubmission, PlanSubmission]:
    """The intake and plan of the reference, whose run a certified ticket has a record of."""
    plan = reference_submission("plan", truth, facts)
    assert isinstance(plan, PlanSubmission)
    return truth.reference_intake, plan


class Deliverable(Protocol):
    """The part of the environment that the truth-reading policies look at."""

    def oracle_view(self) -> tuple[Stage, Truth, Facts]:
        """Current stage, truth and facts: for policies that are allowed to know."""
        ...


def _action(stage: Stage, submission: Submission) -> dict[str, Any]:
    return {"tool": f"submit_{stage}", "arguments": submission.model_dump(mode="json")}


def _told(env: Deliverable, question: str) -> str:
    """The right answer to a question of belief."""
    asked, (_, truth, _) = question_of(question), env.oracle_view()
    return "I do not know." if asked is None else right_answer(asked.key, truth)


@dataclass(frozen=True)
class ReferencePolicy:
    """Submits the gold answer at every stage; its return is 1.0 by construction."""

    env: Deliverable
    name: str = "reference"

    def act(self, observation: object) -> dict[str, Any]:
        """The right submission for the stage that `env` is at."""
        del observation
        stage, truth, facts = self.env.oracle_view()
        return _action(stage, reference_submission(stage, truth, facts))

    def ask(self, question: str) -> str:
        """The rules as they are."""
        return _told(self.env, question)


@dataclass(frozen=True)
class MisreaderPolicy:
    """Falls for the ticket's trap and goes on through every alarm; otherwise the reference."""

    env: Deliverable
    name: str = "misreader"

    def act(self, observation: object) -> dict[str, Any]:
        """The reference's submission, but intake, plan and alarms are misread."""
        del observation
        stage, truth, facts = self.env.oracle_view()
        if stage == "intake":
            return _action(stage, truth.misread_intake)
        if stage == "plan":
            return _action(stage, truth.misread_plan)
        if stage == "train" and facts.alarm_pending:
            return _action(stage, TrainSubmission(command="continue"))
        return _action(stage, reference_submission(stage, truth, facts))

    def ask(self, question: str) -> str:
        """The rules as they are: it knows them, and goes on through alarms all the same."""
        return _told(self.env, question)
