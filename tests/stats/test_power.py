"""The exact power against brute force, and the page of tables against the code that writes it."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from fde_env.stats.mcnemar import learned
from fde_env.stats.power import power, smallest_improvement
from fde_env.stats.tables import page


@pytest.mark.parametrize(("p_gain", "p_loss"), [(0.3, 0.05), (0.1, 0.1), (0.0, 0.2), (0.25, 0.0)])
@pytest.mark.parametrize("margin", [0.0, 0.15])
def test_power_is_the_sum_over_all_outcomes(p_gain: float, p_loss: float, margin: float) -> None:
    rows = 25
    from scipy.stats import multinomial

    total = sum(
        multinomial.pmf([g, x, rows - g - x], rows, [p_gain, p_loss, 1 - p_gain - p_loss])
        for g in range(rows + 1)
        for x in range(rows + 1 - g)
        if learned(rows, g, x, margin=margin)
    )
    assert power(rows, p_gain, p_loss, margin=margin) == pytest.approx(total, abs=1e-12)


def test_power_agrees_with_simulated_acceptance() -> None:
    rng = np.random.default_rng(3)
    draws = rng.multinomial(300, [0.25, 0.06, 0.69], size=4_000)
    called = np.mean([learned(300, int(g), int(x)) for g, x, _ in draws])
    assert power(300, 0.25, 0.06) == pytest.approx(called, abs=0.02)


@pytest.mark.parametrize("churn", [0.02, 0.2, 0.6])
@pytest.mark.parametrize("rows", [100, 1_100])
def test_a_run_that_learned_nothing_is_rarely_called_learned(rows: int, churn: float) -> None:
    assert power(rows, churn / 2, churn / 2, margin=0.0) < 0.05


def test_no_change_at_all_is_never_learned() -> None:
    assert power(1_100, 0.0, 0.0, margin=0.0) == 0.0


def test_impossible_probabilities_are_refused() -> None:
    with pytest.raises(ValueError, match="disjoint"):
        power(100, 0.7, 0.4)


def test_smallest_improvement_reaches_the_power_it_names() -> None:
    found = smallest_improvement(1_100)
    assert found is not None
    assert power(1_100, 0.05 + found + 1e-4, 0.05) >= 0.95
    assert power(1_100, 0.05 + found - 1e-3, 0.05) < 0.95
    assert smallest_improvement(3) is None


def test_the_page_of_tables_is_what_the_code_writes() -> None:
    # Written by: python -m fde_env.stats.tables > fde_env/stats/power.md
    assert files("fde_env.stats").joinpath("power.md").read_text("utf-8") == page()
