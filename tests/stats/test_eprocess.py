"""The clean-probe e-process: its formula, the property that makes it valid, and its plans."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fde_env.stats.eprocess import (
    BETS,
    Detector,
    DetectorPlan,
    check_steps,
    explain,
    futility_plan,
    harm_plan,
    log_factor,
    replay,
)

STEPS = check_steps(300, 10)
PLANS = [harm_plan(STEPS), futility_plan(STEPS, 300)]
counts = st.tuples(st.integers(0, 64), st.integers(0, 64), st.integers(0, 64))
small_counts = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
histories = st.lists(counts, min_size=1, max_size=len(STEPS))


def exact_wealth(plan: DetectorPlan, history: list[tuple[int, int, int]]) -> list[Fraction | None]:
    """The definition in rational arithmetic, with no logarithm: what `Detector` must equal."""
    total = plan.betting_checks
    running = [Fraction(0)] * len(plan.bets)
    placed, wealth = 0, []
    for (worse, same, better), null in zip(history, plan.nulls, strict=False):
        if null is None:
            wealth.append(None)
            continue
        placed += 1
        m = Fraction(null)
        for i, bet in enumerate(plan.bets):
            stake = Fraction(bet) / (1 - m)
            factor = (
                (1 + stake * (1 + m)) ** worse
                * (1 + stake * m) ** same
                * (1 - stake * (1 - m)) ** better
            )
            running[i] = (running[i] + Fraction(1, total)) * factor
        wealth.append(sum(running) / len(running) + Fraction(total - placed, total))
    return wealth


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.kind)
@settings(max_examples=30)  # rational powers take their time
@given(history=st.lists(small_counts, min_size=11, max_size=13))
def test_wealth_is_the_definition(plan: DetectorPlan, history: list[tuple[int, int, int]]) -> None:
    _, logs = replay(plan, history)
    for log_wealth, exact in zip(logs, exact_wealth(plan, history), strict=True):
        if exact is None:
            assert log_wealth is None
        else:
            # A Fraction may be too large for a float, so its logarithm is taken in parts.
            expected = math.log(exact.numerator) - math.log(exact.denominator)
            assert log_wealth == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.kind)
@given(history=histories)
def test_wealth_is_never_negative_nor_lost_for_good(
    plan: DetectorPlan, history: list[tuple[int, int, int]]
) -> None:
    _, logs = replay(plan, history)
    placed = 0
    for log_wealth in logs:
        if log_wealth is None:
            continue
        placed += 1
        assert math.isfinite(log_wealth)
        # The bets not yet started are safe whatever has happened.
        unspent = (plan.betting_checks - placed) / plan.betting_checks
        assert math.exp(min(log_wealth, 50)) >= unspent - 1e-12


@given(rows=st.lists(st.sampled_from((-1, 0, 1)), max_size=40), cut=st.integers(0, 40))
def test_order_and_batches_within_a_check_do_not_matter(rows: list[int], cut: int) -> None:
    def factor(part: list[int]) -> np.ndarray:
        tally = Counter(part)
        return log_factor((tally[-1], tally[0], tally[1]), -0.05)

    whole = factor(rows)
    np.testing.assert_allclose(factor(rows[:cut]) + factor(rows[cut:]), whole, atol=1e-12)
    one_by_one = sum((factor([row]) for row in reversed(rows)), np.zeros(len(BETS)))
    np.testing.assert_allclose(one_by_one, whole, atol=1e-12)


@pytest.mark.parametrize("null", [-0.05, 0.0, 0.15])
@pytest.mark.parametrize("size", [1, 2, 4, 7])
def test_expected_factor_is_at_most_one_over_every_small_pool(null: float, size: int) -> None:
    # Every pool of 7 rows that keeps to the null, every sample of `size`, enumerated.
    checked = 0
    for worse, better in itertools.product(range(8), repeat=2):
        if worse + better > 7 or (better - worse) / 7 < null:
            continue
        pool = [-1] * worse + [0] * (7 - worse - better) + [1] * better
        samples = [Counter(rows) for rows in itertools.combinations(pool, size)]
        factors = np.exp([log_factor((s[-1], s[0], s[1]), null) for s in samples])
        assert factors.mean(axis=0).max() <= 1 + 1e-12
        checked += 1
    assert checked > 5


def test_a_pool_at_the_edge_of_the_null_makes_a_single_row_a_fair_bet() -> None:
    # Equality, so the bound above is not met by throwing wealth away: 20 rows, mean exactly -0.05.
    factors = np.exp([log_factor(c, -0.05) for c in [(1, 0, 0)] + [(0, 1, 0)] * 19])
    np.testing.assert_allclose(factors.mean(axis=0), 1, atol=1e-12)


def test_wealth_is_a_supermartingale_against_an_adversary() -> None:
    # Three checks of 2 rows from pools of 5. After each sample the adversary takes whatever pool
    # keeps to the null and pays the bettor most: still no gain in expectation, at any check.
    null = -0.2
    plan = DetectorPlan("harm", (1, 2, 3), (null,) * 3)
    pools = [
        [-1] * worse + [0] * (5 - worse - better) + [1] * better
        for worse, better in itertools.product(range(6), repeat=2)
        if worse + better <= 5 and (better - worse) / 5 >= null
    ]

    def wealth(history: tuple[tuple[int, int, int], ...]) -> float:
        last = replay(plan, history)[1][-1]
        assert last is not None
        return math.exp(last)

    @cache
    def best(history: tuple[tuple[int, int, int], ...]) -> float:
        if len(history) == 3:
            return wealth(history)
        values = []
        for pool in pools:
            samples = [Counter(rows) for rows in itertools.combinations(pool, 2)]
            futures = Counter((s[-1], s[0], s[1]) for s in samples)
            values.append(sum(n * best((*history, c)) for c, n in futures.items()) / len(samples))
        return max(values)

    assert best(()) <= 1 + 1e-12
    for first in [(2, 0, 0), (0, 2, 0), (0, 0, 2)]:
        assert best((first,)) <= wealth((first,)) + 1e-12


HEALTHY = [(2, 62 - gain, gain) for gain in range(30)]


def test_sign_a_healthy_run_alarms_only_if_the_counts_are_swapped() -> None:
    for plan in PLANS:
        assert not replay(plan, HEALTHY)[0].alarm
        swapped = [(better, same, worse) for worse, same, better in HEALTHY]
        assert replay(plan, swapped)[0].alarm


def test_a_collapse_after_a_healthy_start_is_caught() -> None:
    detector, _ = replay(PLANS[0], HEALTHY[:25] + [(30, 34, 0)] * 5)
    assert detector.alarm_step is not None
    assert 250 < detector.alarm_step <= 280


def test_the_first_crossing_stays() -> None:
    detector, logs = replay(PLANS[0], [(40, 24, 0)] * 2 + [(0, 0, 64)] * 28)
    assert detector.alarm_step == 10
    assert logs[-1] is not None
    assert logs[-1] < detector.plan.log_threshold


def test_a_run_stopped_early_has_the_wealth_of_its_prefix() -> None:
    history = [(5, 50, 9), (9, 50, 5), (12, 50, 2)]
    assert replay(PLANS[0], history)[1] == replay(PLANS[0], history + HEALTHY[:9])[1][:3]


def test_futility_bets_after_a_third_and_its_null_rises_to_the_plateau() -> None:
    plan = futility_plan(STEPS, 300)
    nulls = dict(zip(plan.steps, plan.nulls, strict=True))
    assert [step for step in STEPS if nulls[step] is None] == list(STEPS[:10])
    assert nulls[110] == pytest.approx(-0.03)
    assert nulls[150] == pytest.approx(0.05)
    assert {nulls[step] for step in STEPS if step >= 200} == {0.15}
    assert plan.betting_checks == 20


def test_harm_bets_at_every_check() -> None:
    assert harm_plan(STEPS).betting_checks == 30
    assert set(harm_plan(STEPS).nulls) == {-0.05}


def test_a_run_too_short_for_futility_never_bets() -> None:
    detector, logs = replay(futility_plan((2,), 10), [(64, 0, 0)])
    assert logs == (None,)
    assert not detector.alarm


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="1 checks but 2 nulls"):
        DetectorPlan("harm", (10,), (0.0, 0.0))
    with pytest.raises(ValueError, match="every null"):
        DetectorPlan("harm", (10,), (1.0,))
    with pytest.raises(ValueError, match="every bet"):
        harm_plan((10,), bets=(0.5, 1.0))
    with pytest.raises(ValueError, match="alpha"):
        harm_plan((10,), alpha=0.0)
    detector = Detector(harm_plan((10,)))
    with pytest.raises(ValueError, match="cannot be negative"):
        detector.update(-1, 0, 0)
    detector.update(0, 64, 0)
    with pytest.raises(ValueError, match="all are spent"):
        detector.update(0, 64, 0)


def test_alarms_say_what_they_are_evidence_of() -> None:
    harm = explain("harm", 40)
    assert "step 40" in harm
    assert "5 percentage points" in harm
    assert "1 in 100" in harm
    futility = explain("futility", 180, margin=0.2, alpha=0.001)
    assert "step 180" in futility
    assert "20 percentage points" in futility
    assert "1 in 1,000" in futility
    assert "not that it does damage" in futility
