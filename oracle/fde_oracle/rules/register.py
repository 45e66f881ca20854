"""Register: every digest is the platform's, and nothing is registered twice."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.submissions import RegisterSubmission
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules.base import Check, no_run, verdict


def judge(truth: Truth, submission: RegisterSubmission, facts: Facts) -> Verdict:
    """Compare the entry with the run record and the registry."""
    del truth
    run = facts.run
    if run is None:
        return no_run("register")
    return verdict(
        "register",
        [
            Check(submission.artifact_digest == run.artifact_digest, "wrong artifact digest"),
            Check(submission.dataset_digest == run.dataset_digest, "wrong dataset digest"),
            Check(submission.config_digest == run.config_digest, "wrong config digest"),
            Check(submission.base_revision == run.base_revision, "wrong base revision"),
            Check(submission.run_id == run.run_id, "wrong run id"),
            Check(submission.name not in facts.registered, "the name is registered already"),
        ],
    )
