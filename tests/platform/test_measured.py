"""E and every bound follow from the counts, and counts that contradict each other are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platform_kit import COLLAPSED, LEARNED, RULE, outcome
from scipy.stats import binomtest

from fde_env.contract.evidence import SplitOutcome
from fde_env.errors import UsageError
from fde_env.platform.measured import Measured, disagreements, measure
from fde_env.stats.mcnemar import learned


@st.composite
def counts(draw: st.DrawFn) -> SplitOutcome:
    both, gains, losses, neither = (draw(st.integers(0, 400)) for _ in range(4))
    return SplitOutcome(
        split="held_out",
        rows=both + gains + losses + neither + 1,
        base_correct=both + losses,
        correct=both + gains,
        gains=gains,
        losses=losses,
    )


@given(counts())
def test_figures_are_those_of_the_tests_they_are_named_after(found: SplitOutcome) -> None:
    measured = measure(found, RULE)
    exact = binomtest(found.correct, found.rows).proportion_ci(method="exact")
    assert measured.accuracy_low == pytest.approx(exact.low, abs=1e-9)
    assert measured.accuracy_high == pytest.approx(exact.high, abs=1e-9)
    assert measured.base_low <= measured.base_accuracy <= measured.base_high
    assert measured.difference_low <= measured.difference <= measured.difference_high
    assert measured.meets_rule == learned(found.rows, found.gains, found.losses)
    assert disagreements(measured, measure(found, RULE)) == ()


@pytest.mark.parametrize("name", Measured.model_fields)
def test_each_figure_that_is_off_is_named(name: str) -> None:
    true = measure(outcome(LEARNED), RULE)
    was = getattr(true, name)
    off = (not was) if isinstance(was, bool) else was + 1e-4
    assert disagreements(true.model_copy(update={name: off}), true) == (name,)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gains": 561}, "gains - losses"),
        ({"correct": 851}, "gains - losses"),
        ({"rows": 500}, "do not fit"),
        ({"rows": 0}, "do not fit"),
        ({"split": "dev"}, "the rule is about held_out"),
    ],
)
def test_counts_that_contradict_each_other_are_refused(
    changes: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        measure(outcome(LEARNED).model_copy(update=changes), RULE)


def test_a_rule_that_is_no_paired_test_is_refused() -> None:
    with pytest.raises(UsageError, match="proves nothing paired"):
        measure(outcome(LEARNED), RULE.model_copy(update={"test": "loss_decrease"}))


def test_the_margin_and_the_level_of_the_rule_decide() -> None:
    strict = RULE.model_copy(update={"margin": 0.6})
    assert measure(outcome(LEARNED), RULE).meets_rule
    assert not measure(outcome(LEARNED), strict).meets_rule
    assert not measure(outcome(COLLAPSED), RULE).meets_rule
