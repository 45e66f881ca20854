"""The bounds of one accuracy: exact, by another implementation and by their coverage."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from fde_env.stats import proportion
from fde_env.stats.proportion import accuracy_bounds


def test_examples_hold() -> None:
    assert doctest.testmod(proportion).failed == 0


@given(st.integers(1, 3000), st.data(), st.floats(0.5, 0.999))
def test_they_are_scipys_exact_interval(rows: int, data: st.DataObject, level: float) -> None:
    correct = data.draw(st.integers(0, rows))
    exact = binomtest(correct, rows).proportion_ci(level, method="exact")
    low, high = accuracy_bounds(rows, correct, confidence=level)
    assert low == pytest.approx(exact.low, abs=1e-9)
    assert high == pytest.approx(exact.high, abs=1e-9)
    assert 0 <= low <= correct / rows <= high <= 1


@pytest.mark.parametrize("accuracy", [0.02, 0.3, 0.5, 0.97])
def test_they_cover_the_true_accuracy_at_least_as_often_as_they_say(accuracy: float) -> None:
    rows = 120
    covered = sum(
        float(binom.pmf(correct, rows, accuracy))
        for correct in range(rows + 1)
        if accuracy_bounds(rows, correct)[0] <= accuracy <= accuracy_bounds(rows, correct)[1]
    )
    assert covered >= 0.95


@pytest.mark.parametrize(("rows", "correct"), [(0, 0), (5, 6), (5, -1)])
def test_counts_that_do_not_fit_are_refused(rows: int, correct: int) -> None:
    with pytest.raises(ValueError, match="counts do not fit"):
        accuracy_bounds(rows, correct)
