"""Exact McNemar against enumeration; the margin; Tango's interval against its definition."""

from __future__ import annotations

import itertools
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest, norm

from fde_env.stats.mcnemar import difference_interval, learned, mcnemar_p, paired_test


@given(gains=st.integers(0, 40), losses=st.integers(0, 40))
def test_p_is_the_binomial_tail_summed_by_hand(gains: int, losses: int) -> None:
    n = gains + losses
    tail = sum(comb(n, k) for k in range(gains, n + 1)) / 2**n
    assert mcnemar_p(gains, losses) == pytest.approx(tail, rel=1e-12)


def test_p_is_a_permutation_test_over_the_discordant_rows() -> None:
    # 6 gains, 2 losses: all 2^8 ways to say which model was right on each discordant row.
    flips = [sum(signs) for signs in itertools.product((0, 1), repeat=8)]
    share = sum(count >= 6 for count in flips) / len(flips)
    assert mcnemar_p(6, 2) == pytest.approx(share, rel=1e-12)


def test_no_discordant_row_is_no_evidence() -> None:
    assert mcnemar_p(0, 0) == 1.0
    assert not learned(1100, 0, 0, margin=0.0)
    result = paired_test(1100, 0, 0)
    assert (result.difference, result.learned) == (0.0, False)
    assert result.ci_low < 0 < result.ci_high


def test_the_test_is_one_sided() -> None:
    # As many losses as the good run has gains: significant the other way, and not learned.
    assert mcnemar_p(26, 610) > 0.999
    assert not learned(1100, 26, 610)


def test_both_conditions_are_needed() -> None:
    assert mcnemar_p(100, 10) < 1e-10
    assert not learned(1100, 100, 10)  # significant, short of the margin
    assert learned(1100, 100, 10, margin=0.05)
    assert mcnemar_p(3, 0) > 0.05
    assert not learned(10, 3, 0)  # above the margin, not significant


@pytest.mark.parametrize("rows", [20, 100, 1_100, 3_000])
def test_the_margin_itself_is_enough(rows: int) -> None:
    need = rows * 15 // 100
    assert learned(rows, need + 2, 2) == (mcnemar_p(need + 2, 2) < 0.05)
    assert not learned(rows, need + 1, 2)


@pytest.mark.parametrize("counts", [(-1, 0), (0, -1)])
def test_negative_counts_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="counts cannot be negative"):
        mcnemar_p(*counts)


def test_counts_beyond_the_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        paired_test(10, 6, 5)


counts = st.integers(1, 400).flatmap(
    lambda n: st.integers(0, n).flatmap(
        lambda g: st.tuples(st.just(n), st.just(g), st.integers(0, n - g))
    )
)


@given(counts)
def test_interval_holds_the_estimate_and_mirrors(case: tuple[int, int, int]) -> None:
    rows, gains, losses = case
    low, high = difference_interval(rows, gains, losses)
    assert -1 <= low <= (gains - losses) / rows <= high <= 1
    swapped = difference_interval(rows, losses, gains)
    assert swapped == pytest.approx((-high, -low), abs=1e-9)


@pytest.mark.parametrize(("rows", "gains", "losses"), [(160, 40, 20), (1100, 610, 26), (50, 3, 0)])
def test_interval_ends_are_where_the_score_test_turns(rows: int, gains: int, losses: int) -> None:
    # The nuisance rate is maximised numerically here, so Tango's closed form is checked as well.
    for end in difference_interval(rows, gains, losses):

        def minus_log_likelihood(loss: float, d: float = end) -> float:
            gain, rest = loss + d, 1 - 2 * loss - d
            if min(gain, rest) <= 0:
                return np.inf
            tied = rows - gains - losses
            return -(gains * np.log(gain) + losses * np.log(loss) + tied * np.log(rest))

        bounds = (max(0.0, -end) + 1e-12, (1 - end) / 2 - 1e-12)
        found = minimize_scalar(
            minus_log_likelihood, bounds=bounds, method="bounded", options={"xatol": 1e-12}
        )
        variance = rows * (2 * found.x + end * (1 - end))
        score = (gains - losses - rows * end) / np.sqrt(variance)
        assert abs(score) == pytest.approx(norm.ppf(0.975), rel=1e-3)


@pytest.mark.parametrize(("p_gain", "p_loss"), [(0.55, 0.03), (0.1, 0.1), (0.02, 0.28)])
def test_interval_covers(p_gain: float, p_loss: float) -> None:
    # 3,000 data sets: the standard error of a coverage of .95 is .004.
    rng = np.random.default_rng(7)
    draws = rng.multinomial(400, [p_gain, p_loss, 1 - p_gain - p_loss], size=3_000)
    ends = {(g, x): difference_interval(400, int(g), int(x)) for g, x, _ in draws}
    covered = [ends[g, x][0] <= p_gain - p_loss <= ends[g, x][1] for g, x, _ in draws]
    assert 0.935 < np.mean(covered) < 0.97


def test_p_is_the_tail_that_scipys_binomtest_returns() -> None:
    for gains in range(0, 400, 7):
        for losses in range(0, 300, 11):
            if gains + losses == 0:
                continue
            wanted = binomtest(gains, gains + losses, 0.5, alternative="greater").pvalue
            assert mcnemar_p(gains, losses) == pytest.approx(wanted, rel=1e-9)


@given(
    st.integers(1, 400),
    st.floats(0.05, 1.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_interval_of_scaled_counts_holds_the_difference(
    rows: int, scale: float, discordant: float, won: float
) -> None:
    # Rows that are tied together count for less: a whole row may become a fraction of one.
    worth = max(1.0, rows * scale)
    gains, losses = worth * discordant * won, worth * discordant * (1 - won)
    low, high = difference_interval(worth, gains, losses)
    centre = (gains - losses) / worth
    assert -1 <= low <= centre + 1e-9
    assert centre - 1e-9 <= high <= 1


@pytest.mark.parametrize(("gains", "losses"), [(0.0, 1.0), (1.0, 0.0)])
def test_interval_where_every_scaled_row_went_one_way(gains: float, losses: float) -> None:
    for worth in (7 / 3, 44 / 3, 88 * 0.5681818181818181):
        low, high = difference_interval(worth, worth * gains, worth * losses)
        assert (low == -1) == (losses == 1)
        assert (high == 1) == (gains == 1)
