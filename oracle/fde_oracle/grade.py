"""Grade an episode: verdicts on its stage records, and the return they are worth.

Pure: reads the truth, the submissions and platform-recorded facts; never a model.
"""

from __future__ import annotations

from collections.abc import Sequence

from fde_env.contract.record import Ending, StageRecord
from fde_env.contract.stage import STAGES
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules import RULES

STAGE_SHARE = 0.5


def judge(truth: Truth, record: StageRecord) -> Verdict:
    """The verdict on one stage, from its own submission and facts alone."""
    return RULES[record.stage](truth, record.submission, record.facts)


def grade(truth: Truth, records: Sequence[StageRecord]) -> tuple[Verdict, ...]:
    """Verdicts on all recorded stages; their order does not matter."""
    return tuple(judge(truth, record) for record in records)


def valid_delivery(truth: Truth, verdicts: Sequence[Verdict], ending: Ending) -> bool:
    """All ten stages passed, or an infeasible ticket was refused for a true reason."""
    passed = {verdict.stage for verdict in verdicts if verdict.passed}
    if not truth.feasible:
        return ending == "refused" and "intake" in passed
    return ending == "delivered" and passed == set(STAGES)


def episode_return(truth: Truth, verdicts: Sequence[Verdict], ending: Ending) -> float:
    """`0.5 x stages passed / 10 + 0.5 x valid delivery`; a right refusal pays 1, blocked 0."""
    valid = valid_delivery(truth, verdicts, ending)
    if valid:
        return 1.0
    if ending == "blocked":
        return 0.0
    passed = sum(verdict.passed for verdict in verdicts)
    return STAGE_SHARE * passed / len(STAGES)
