"""Paired effects: an exact test, and "no difference" that errs no oftener than it says."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from fde_env.stats.mcnemar import difference_interval
from fde_env.stats.paired import paired_effect, sign_flip_p

BALANCES = st.lists(st.integers(-4, 4), max_size=9)
CLUSTERS = st.lists(
    st.integers(1, 4).flatmap(
        lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n)).filter(
            lambda row: row[1] + row[2] <= row[0]
        )
    ),
    min_size=1,
    max_size=25,
)


@given(st.integers(0, 40), st.integers(0, 40))
def test_single_pairs_give_the_exact_two_sided_mcnemar_test(gains: int, losses: int) -> None:
    ours = sign_flip_p([1] * gains + [-1] * losses + [0] * 5)
    wanted = binomtest(gains, gains + losses).pvalue if gains + losses else 1.0
    assert ours == pytest.approx(wanted, rel=1e-9)


@given(BALANCES)
def test_the_test_is_the_share_of_sign_patterns_as_far_out(balances: list[int]) -> None:
    sizes = [abs(value) for value in balances if value]
    seen = abs(sum(balances))
    patterns = [
        abs(sum(s * n for s, n in zip(signs, sizes, strict=True)))
        for signs in product((-1, 1), repeat=len(sizes))
    ]
    share = sum(value >= seen for value in patterns) / len(patterns)
    assert sign_flip_p(balances) == pytest.approx(share)


@given(CLUSTERS)
def test_swapping_the_conditions_turns_everything_round(
    clusters: list[tuple[int, int, int]],
) -> None:
    one = paired_effect(clusters)
    other = paired_effect([(n, down, up) for n, up, down in clusters])
    assert one.difference == pytest.approx(-(other.difference or 0.0))
    assert one.low == pytest.approx(-other.high, abs=1e-6)
    assert one.p_value == pytest.approx(other.p_value)
    assert one.equivalent == other.equivalent
    assert one.low - 1e-9 <= (one.difference or 0.0) <= one.high + 1e-9


def test_with_one_pair_a_ticket_the_interval_is_tangos() -> None:
    rows = [(1, 1, 0)] + [(1, 0, 1)] * 7 + [(1, 0, 0)] * 13
    effect = paired_effect(rows)
    assert (effect.low, effect.high) == difference_interval(21, 1, 7)
    assert effect.effective == 21


def test_more_trials_of_the_same_tickets_do_not_show_equivalence() -> None:
    assert not paired_effect([(1, 0, 0)] * 20).equivalent
    assert not paired_effect([(50, 0, 0)] * 20).equivalent
    assert paired_effect([(1, 0, 0)] * 120).equivalent


def test_equivalence_at_the_bound_is_claimed_at_most_once_in_twenty() -> None:
    # The true difference is the bound itself: every claim is an error.
    rng, draws, bound = np.random.default_rng(3), 2000, 0.05
    claims = 0
    for _ in range(draws):
        outcome = rng.choice(3, size=400, p=[0.9, 0.075, 0.025])
        rows = [(1, int(value == 1), int(value == 2)) for value in outcome]
        claims += paired_effect(rows, bound=bound).equivalent
    assert claims / draws <= 0.06


def test_no_pairs_say_nothing() -> None:
    effect = paired_effect([])
    assert (effect.difference, effect.p_value, effect.equivalent) == (None, 1.0, False)


@pytest.mark.parametrize("row", [(1, 1, 1), (2, -1, 0)])
def test_counts_that_do_not_fit_are_refused(row: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="discordant"):
        paired_effect([row])
    with pytest.raises(ValueError, match="bound"):
        paired_effect([(1, 0, 0)], bound=0.0)
