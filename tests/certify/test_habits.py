"""The configurator is all arithmetic and habits, counted as `suite_checks.habits` says."""

from __future__ import annotations

import pytest
from certify_kit import case

from fde_env.certify.report import Skills
from fde_env.certify.suite_checks.habits import Habits, check, skills
from fde_env.contract.stage import STAGES


def delivery(*failed: str, through: bool = True) -> Habits:
    return Habits({stage: stage not in failed for stage in STAGES}, through)


def test_arithmetic_counts_where_it_is_asked_and_judgment_everywhere() -> None:
    found = skills([delivery("deploy", "card"), delivery(*STAGES, through=False)])
    assert found == Skills(arithmetic=1.0, judgment=0.3, judgment_delivered=0.6)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Skills(arithmetic=0.99, judgment=0.4, judgment_delivered=0.5), "0.990 of arithmetic"),
        (Skills(arithmetic=1.0, judgment=0.46, judgment_delivered=0.5), "0.460 of judgment"),
        (Skills(arithmetic=1.0, judgment=0.34, judgment_delivered=0.5), "0.340 of judgment"),
    ],
)
def test_other_shares_are_refused(found: Skills, words: str) -> None:
    (why,) = check(found)
    assert words in why


def test_the_configurator_reckons_right_and_ships() -> None:
    played = case(trap="none").configurator
    assert played.failed == ("deploy", "card")
    assert case(infeasible="licence").configurator.result.ending == "blocked"
