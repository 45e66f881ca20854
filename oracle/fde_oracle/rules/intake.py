"""Intake: the right decision, and data handled as the customer means it."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.submissions import IntakeSubmission
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules.base import Check, verdict


def judge(truth: Truth, submission: IntakeSubmission, facts: Facts) -> Verdict:
    """Feasible: accept with gold handling and metric. Infeasible: refuse with a true reason."""
    if not truth.feasible:
        return verdict(
            "intake",
            [
                Check(submission.decision == "refuse", "the ticket cannot be delivered"),
                Check(
                    submission.refusal_reason in truth.refusal_reasons,
                    f"{submission.refusal_reason!r} is not why it cannot be delivered",
                ),
            ],
        )
    return verdict(
        "intake",
        [
            Check(submission.decision == "accept", "the ticket can be delivered"),
            Check(
                submission.refusal_reason == "none" or submission.decision == "refuse",
                "an accepted ticket has no refusal reason",
            ),
            Check(submission.task == truth.task, f"the task is {truth.task}"),
            Check(submission.metric == truth.metric, f"the customer judges by {truth.metric}"),
            Check(
                facts.handling_digest in truth.gold_handlings,
                "the labels that this handling gives are not the ones the customer means",
            ),
        ],
    )
