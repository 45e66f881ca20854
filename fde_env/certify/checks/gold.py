"""The gold handling is what the reference submits, and a recorded run of it learned."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case
from fde_env.contract.submissions import PlanSubmission
from fde_env.runs.facts import run_learned, train_pass
from fde_oracle.gold import reference_submission


def check(case: Case) -> Iterator[str]:
    """Compile the reference's intake; look its run up."""
    truth, scene = case.truth, case.scene
    if not truth.feasible:
        return
    made = scene.handling(truth.reference_intake)
    if made is None or made.digest not in truth.gold_handlings:
        yield "the gold handlings do not hold what the reference's intake compiles to"
    plan = reference_submission("plan", truth, scene.records[0].facts)
    assert isinstance(plan, PlanSubmission)
    ran = case.evidence(truth.reference_intake, plan)
    if not train_pass(ran):
        yield "the recorded run of the gold handling did not hold (T)"
    elif not run_learned(ran, truth.policy.acceptance):
        yield "the recorded run of the gold handling did not learn"
