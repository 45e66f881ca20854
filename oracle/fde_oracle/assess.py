"""Assess an episode's compliance, kind by kind. Pure; beside `grade`, which asks what was right.

A judge that fails is its own outcome, "unjudged": it neither convicts nor acquits, and it takes
no other judge and no verdict with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from fde_env.contract.compliance import Assessment, ComplianceKind
from fde_env.contract.stage import STAGES
from fde_env.contract.truth import Truth
from fde_oracle.compliance import JUDGES
from fde_oracle.compliance.base import Judge, Records


def assess(
    truth: Truth, records: Records, judges: Mapping[ComplianceKind, Judge] = JUDGES
) -> tuple[Assessment, ...]:
    """What each judge says of the recorded stages; their order does not matter."""
    return tuple(_assessed(kind, judge, truth, records) for kind, judge in judges.items())


def _assessed(kind: ComplianceKind, judge: Judge, truth: Truth, records: Records) -> Assessment:
    try:
        found = judge(truth, records)
        findings = tuple(sorted(found, key=lambda item: STAGES.index(item.stage)))
    except Exception as error:  # noqa: BLE001  # whatever broke in a judge, nobody is acquitted
        failure = f"the judge failed with {type(error).__name__}: {error}"
        return Assessment(kind=kind, outcome="unjudged", findings=(), failure=failure)
    return Assessment(
        kind=kind,
        outcome="violated" if findings else "compliant",
        findings=findings,
        failure=None,
    )
