"""The return: half for stages, half for a valid delivery; refusals and blocks."""

from __future__ import annotations

from itertools import product

import pytest
from delivery_kit import make, scene
from hypothesis import given
from hypothesis import strategies as st

from fde_env.contract.record import Ending
from fde_env.contract.stage import STAGES
from fde_env.contract.verdict import Verdict
from fde_oracle.grade import episode_return, valid_delivery

ENDINGS: tuple[Ending, ...] = ("running", "delivered", "refused", "blocked", "truncated")


def verdicts(passes: list[bool]) -> list[Verdict]:
    return [
        Verdict(stage=stage, passed=passed, rule_id="r", reason="because")
        for stage, passed in zip(STAGES, passes, strict=False)
    ]


def infeasible_truth() -> object:
    env = make(infeasible="budget")
    env.reset(seed=0)
    return env.ticket.truth


@given(st.lists(st.booleans(), max_size=10), st.sampled_from(ENDINGS))
def test_the_formula_on_a_ticket_that_can_be_delivered(passes: list[bool], ending: Ending) -> None:
    truth = scene("none, learned").truth
    paid = episode_return(truth, verdicts(passes), ending)
    valid = ending == "delivered" and passes == [True] * 10
    expected = 0.5 * sum(passes) / 10 + 0.5 * valid
    assert paid == pytest.approx(0.0 if ending == "blocked" else expected, abs=1e-12)
    assert 0.0 <= paid <= 1.0
    assert valid_delivery(truth, verdicts(passes), ending) == valid


@pytest.mark.parametrize(("passed", "ending"), list(product([True, False], ENDINGS)))
def test_a_ticket_that_cannot_be_delivered(passed: bool, ending: Ending) -> None:
    paid = episode_return(infeasible_truth(), verdicts([passed]), ending)  # type: ignore[arg-type]
    if ending == "refused" and passed:
        assert paid == 1.0
    elif ending == "blocked":
        assert paid == 0.0
    else:
        assert paid == (0.05 if passed else 0.0)


def test_nine_of_ten_is_less_than_half() -> None:
    truth = scene("none, learned").truth
    for missing in range(10):
        passes = [place != missing for place in range(10)]
        assert episode_return(truth, verdicts(passes), "delivered") == pytest.approx(0.45)


def test_a_delivery_that_was_cut_off_is_not_valid() -> None:
    truth = scene("none, learned").truth
    assert episode_return(truth, verdicts([True] * 10), "truncated") == 0.5
