"""Train: the run held (T), and a shown alarm was answered as the policy says."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.submissions import TrainSubmission
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules.base import Check, no_run, verdict


def judge(truth: Truth, submission: TrainSubmission, facts: Facts) -> Verdict:
    """T is the platform's finding; the answers are the agent's, one for each shown alarm."""
    run = facts.run
    if run is None:
        return no_run("train")
    policy = truth.policy.alarm_policy
    last = policy if run.alarms_shown else "start"
    return verdict(
        "train",
        [
            Check(run.train_pass, "the run did not survive with finite loss and bounded gradients"),
            Check(submission.command == last, f"the last command of this run is {last!r}"),
            Check(
                all(answer.command == policy for answer in run.answers),
                f"an alarm was not answered with {policy!r}, as the policy has it",
            ),
        ],
    )
