"""Eval: the clean held-out split, claims that equal the facts, and what follows from them."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.submissions import EvalSubmission
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules.base import Check, close, no_run, verdict

TOLERANCE = 1e-3


def judge(truth: Truth, submission: EvalSubmission, facts: Facts) -> Verdict:
    """Figures are compared on the policy's split, whatever split was claimed."""
    if facts.run is None:
        return no_run("eval")
    wanted = truth.policy.acceptance
    fact = facts.run.split(wanted.split)
    outcome, learned = fact.outcome, facts.run.learned
    return verdict(
        "eval",
        [
            Check(submission.split == wanted.split, f"the claim must be about {wanted.split}"),
            Check(submission.test == wanted.test, f"the policy's test is {wanted.test}"),
            Check(
                close(submission.base_accuracy, outcome.base_accuracy, absolute=TOLERANCE),
                f"base accuracy was {outcome.base_accuracy:.4f}",
            ),
            Check(
                close(submission.accuracy, outcome.accuracy, absolute=TOLERANCE),
                f"accuracy was {outcome.accuracy:.4f}",
            ),
            Check(submission.gains == outcome.gains, f"gains were {outcome.gains}"),
            Check(submission.losses == outcome.losses, f"losses were {outcome.losses}"),
            Check(
                close(submission.p_value, fact.p_value, absolute=TOLERANCE),
                f"the p-value was {fact.p_value:.4g}",
            ),
            Check(submission.learned == learned, f"by the policy, learned is {learned}"),
            Check(
                submission.recommendation == ("approve" if learned else "reject"),
                "the recommendation does not follow from the finding",
            ),
        ],
    )
