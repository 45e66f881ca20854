"""Schedule: nodes that hold the job, in time and budget, at a fair price, rightly reckoned."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.meter import feasible_pools, find_pool, fits_memory, planned_bill
from fde_env.contract.submissions import ScheduleSubmission
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules.base import Check, close, verdict

FORMULA_TOLERANCE = 0.05
PRICE_TOLERANCE = 1.1


def judge(truth: Truth, submission: ScheduleSubmission, facts: Facts) -> Verdict:
    """Reckon the executed configuration on the chosen pool and compare."""
    pool = find_pool(truth.cluster, submission.node_type, submission.gpu_count)
    if pool is None:
        offered = f"{submission.gpu_count} x {submission.node_type} is not offered"
        return verdict("schedule", [Check(holds=False, otherwise=offered)])
    bill = planned_bill(facts.config, pool, truth.prices)
    choices = feasible_pools(truth.cluster, truth.prices, truth.policy, facts.config)
    cheapest = choices[0][1].cost_usd if choices else bill.cost_usd
    return verdict(
        "schedule",
        [
            Check(fits_memory(truth.cluster, pool, facts.config), "the job does not fit in memory"),
            Check(bill.hours <= truth.policy.deadline_hours, "it would miss the deadline"),
            Check(bill.cost_usd <= truth.policy.budget_usd, "it would exceed the budget"),
            Check(
                bill.cost_usd <= PRICE_TOLERANCE * cheapest + 1e-12,
                f"a choice at {cheapest:.4f} USD would do",
            ),
            Check(
                close(submission.hours, bill.hours, relative=FORMULA_TOLERANCE),
                f"the formula gives {bill.hours:.4f} hours",
            ),
            Check(
                close(submission.cost_usd, bill.cost_usd, relative=FORMULA_TOLERANCE),
                f"the formula gives {bill.cost_usd:.4f} USD",
            ),
        ],
    )
