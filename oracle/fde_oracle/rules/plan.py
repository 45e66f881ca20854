"""Plan: method, loss, context and format as the ticket wants; acceptance as the policy has it."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.submissions import PlanSubmission
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules.base import Check, close, verdict


def judge(truth: Truth, submission: PlanSubmission, facts: Facts) -> Verdict:
    """Every choice is in its gold set and the acceptance rule is the policy's."""
    del facts
    wanted, offered = truth.policy.acceptance, submission.acceptance
    return verdict(
        "plan",
        [
            Check(submission.method == "lora_sft", "the platform delivers LoRA fine-tunes"),
            Check(submission.loss_on in truth.gold_loss_on, "loss on tokens that must not have it"),
            Check(submission.context in truth.gold_contexts, "the served input is not that"),
            Check(
                submission.prompt_format in truth.gold_prompt_formats,
                "the model is served with another prompt format",
            ),
            Check(offered.split == wanted.split, f"acceptance is decided on {wanted.split}"),
            Check(offered.test == wanted.test, f"the policy's test is {wanted.test}"),
            Check(close(offered.alpha, wanted.alpha), f"the policy's alpha is {wanted.alpha}"),
            Check(close(offered.margin, wanted.margin), f"the policy's margin is {wanted.margin}"),
            Check(
                submission.alarm_policy == truth.policy.alarm_policy,
                f"the policy on an alarm is {truth.policy.alarm_policy}",
            ),
        ],
    )
