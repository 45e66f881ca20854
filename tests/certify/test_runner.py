"""From tickets to the certificate: what is counted, and when it fails."""

from __future__ import annotations

from dataclasses import replace

import pytest
from certify_kit import case

from fde_env.certify.report import CueAUC, Finding
from fde_env.certify.runner import certify_case, sampled, summarise
from fde_env.errors import UsageError
from fde_env.suite.tickets import suite

FEW = ("none", "permute", "integrity", ("noise", "permute"))
CUES = CueAUC(trap=(0.48, 0.52), feasibility=(0.48, 0.52))


def test_a_handful_of_tickets_is_measured_and_summed_up() -> None:
    measured = [certify_case(case(trap=trap)) for trap in FEW]
    measured.append(certify_case(case(infeasible="licence")))
    found = summarise("train", measured, CUES, 1.0)
    assert (found.tickets, found.certified) == (5, 5)
    assert found.mutants.killed == found.mutants.total > 500
    assert found.mutants.cross_stage_flips == 0
    assert found.careful_rate == found.configurator.arithmetic == 1.0
    assert {item.ticket for item in found.failures} <= {"suite"}


def test_findings_of_tickets_and_of_the_suite_are_failures() -> None:
    good = certify_case(case(trap="none"))
    bad = Finding(check="surface", ticket=good.ticket, hides="", why="a file is longer")
    flawed = replace(good, findings=(bad,), careful=0.45)
    cues = CueAUC(trap=(0.6, 0.7), feasibility=(0.48, 0.52))
    found = summarise("train", [good, flawed], cues, 1.0)
    assert (found.tickets, found.certified, found.careful_rate) == (2, 1, 0.5)
    assert {item.check for item in found.failures} == {
        *("surface", "careful", "configurator", "blind", "cues")
    }


def test_a_sample_is_spread_over_the_split() -> None:
    specs = [ticket.spec for ticket in suite("train")]
    assert sampled(specs, 0) == specs
    few = sampled(specs, 16)
    assert len({spec.domain for spec in few}) == 8
    assert len(few) == 16
    with pytest.raises(UsageError, match="ask for 1 to"):
        sampled(specs, len(specs) + 1)
