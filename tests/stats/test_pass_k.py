"""pass^k against counting, and its interval."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_env.stats.pass_k import pass_hat, pass_power_k

TRIALS = st.lists(st.booleans(), min_size=1, max_size=7)


@given(TRIALS, st.integers(1, 7))
def test_the_estimate_is_the_share_of_k_subsets_that_all_pass(trials: list[bool], k: int) -> None:
    if k > len(trials):
        with pytest.raises(ValueError, match="fit"):
            pass_hat(sum(trials), len(trials), k)
        return
    subsets = [all(subset) for subset in combinations(trials, k)]
    assert pass_hat(sum(trials), len(trials), k) == pytest.approx(sum(subsets) / len(subsets))


@given(st.lists(TRIALS, min_size=1, max_size=12))
def test_more_tries_are_never_easier(tickets: list[list[bool]]) -> None:
    counts = [(sum(item), len(item)) for item in tickets]
    most = min(tried for _, tried in counts)
    values = [pass_power_k(counts, k) for k in range(1, most + 1)]
    means = [value for value, *_ in values]
    assert all(a is not None and b is not None and a >= b - 1e-12 for a, b in pairwise(means))
    assert all(low <= (mean or 0.0) <= high for mean, low, high, _ in values)


def test_a_ticket_with_too_few_trials_is_left_out() -> None:
    assert pass_power_k([(1, 1)], 2) == (None, 0.0, 1.0, 0)
