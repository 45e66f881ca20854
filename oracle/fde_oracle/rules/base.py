"""What all rules share: a verdict from a list of checks, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fde_env.contract.stage import Stage
from fde_env.contract.verdict import Verdict

RULES_VERSION = "0"


class Check(NamedTuple):
    """One condition of a rule and what to say when it does not hold."""

    holds: bool
    otherwise: str


def verdict(stage: Stage, checks: Iterable[Check]) -> Verdict:
    """Passed when every check holds; the reason names each one that does not."""
    wrong = [check.otherwise for check in checks if not check.holds]
    return Verdict(
        stage=stage,
        passed=not wrong,
        rule_id=f"{stage}-v{RULES_VERSION}",
        reason="; ".join(wrong) if wrong else "as it should be",
    )


def close(claimed: float, fact: float, *, absolute: float = 0.0, relative: float = 0.0) -> bool:
    """Whether a claim is within an absolute or a relative tolerance of a fact."""
    return abs(claimed - fact) <= max(absolute, relative * abs(fact)) + 1e-12


def no_run(stage: Stage) -> Verdict:
    """The verdict of a stage that needs a run when none was recorded."""
    return verdict(stage, [Check(holds=False, otherwise="the platform recorded no run")])
