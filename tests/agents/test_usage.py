"""Money and tokens are added up as stated, and stop in time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_agents.usage import Budget, Meter, Prices, Tokens
from fde_env.errors import BudgetSpent, UsageError

MILLION = 1_000_000


def test_cached_tokens_cost_what_they_are_said_to_cost() -> None:
    prices = Prices(input=3, output=15, cached=0.3, written=3.75)
    tokens = Tokens(input=1_000_000, cached=600_000, written=100_000, output=10_000)
    assert prices.dollars(tokens) == pytest.approx(0.3 * 3 + 0.6 * 0.3 + 0.1 * 3.75 + 0.15)
    without = Prices(input=3, output=15)
    assert without.dollars(tokens) == pytest.approx(3 + 0.15)


def test_a_budget_in_dollars_needs_prices() -> None:
    with pytest.raises(UsageError, match="price_input"):
        Meter(Budget(dollars=1), None)


counts = st.integers(0, 5_000)


@given(st.lists(st.tuples(counts, counts), max_size=30), st.integers(1, 60_000))
def test_no_ceiling_of_tokens_is_crossed_when_estimates_hold(
    asked: list[tuple[int, int]], ceiling: int
) -> None:
    meter = Meter(Budget(tokens=ceiling), None)
    for given_tokens, wanted in asked:
        try:
            allowed = meter.allowance(given_tokens, wanted + 1)
        except BudgetSpent:
            assert meter.usage.tokens + given_tokens + 1 > ceiling
            continue
        assert 1 <= allowed <= wanted + 1
        meter.count(Tokens(input=given_tokens, output=allowed))
        assert meter.usage.tokens <= ceiling


@given(st.lists(st.tuples(counts, counts), max_size=30), st.floats(0.0001, 2))
def test_no_ceiling_of_dollars_is_crossed_when_estimates_hold(
    asked: list[tuple[int, int]], ceiling: float
) -> None:
    meter = Meter(Budget(dollars=ceiling), Prices(input=3, output=15))
    for given_tokens, wanted in asked:
        try:
            allowed = meter.allowance(given_tokens, wanted + 1)
        except BudgetSpent:
            continue
        meter.count(Tokens(input=given_tokens, output=allowed))
        assert meter.usage.dollars is not None
        assert meter.usage.dollars <= ceiling + 1e-9


def test_a_model_that_costs_nothing_for_output_still_stops_at_its_dollars() -> None:
    meter = Meter(Budget(dollars=0.001), Prices(input=1, output=0))
    meter.count(Tokens(input=1_000, output=5))
    with pytest.raises(BudgetSpent):
        meter.allowance(1, 10)
