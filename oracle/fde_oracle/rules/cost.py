"""Cost: the account equals the ledger."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.submissions import CostSubmission
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules.base import Check, close, verdict

TOLERANCE = 0.005


def judge(truth: Truth, submission: CostSubmission, facts: Facts) -> Verdict:
    """GPU-hours, rate and total each within half a percent of the ledger."""
    del truth
    ledger = facts.ledger
    if ledger is None:
        return verdict("cost", [Check(holds=False, otherwise="the ledger has no entry")])
    pairs = (
        ("GPU-hours", submission.gpu_hours, ledger.gpu_hours),
        ("rate", submission.rate_usd, ledger.rate_usd),
        ("total", submission.total_usd, ledger.total_usd),
    )
    return verdict(
        "cost",
        [
            Check(close(claim, fact, relative=TOLERANCE), f"the ledger's {name} is {fact:.6g}")
            for name, claim, fact in pairs
        ],
    )
