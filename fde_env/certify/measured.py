"""What is measured of each ticket: the checks of the whole suite work from it."""

from __future__ import annotations

from dataclasses import dataclass

from fde_env.certify.report import Finding, MutantCount
from fde_env.certify.suite_checks.blind import BlindView
from fde_env.certify.suite_checks.habits import Habits


@dataclass(frozen=True)
class Measured:
    """One ticket, certified or not; None where a run was not recorded.

    Attributes:
        findings: every check that failed; none for a certified ticket.
        careful: return of the careful agent.
        configurator: its delivery.
        blind: what the ticket is worth to who opens no file.
    """

    ticket: str
    findings: tuple[Finding, ...]
    mutants: MutantCount
    careful: float | None
    configurator: Habits | None
    blind: BlindView | None
