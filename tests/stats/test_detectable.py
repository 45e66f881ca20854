"""The smallest detectable effect, against the power it is defined by."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from fde_env.stats.detectable import smallest_detectable
from fde_env.stats.power import power


@pytest.mark.parametrize(("pairs", "against"), [(30, 0.0), (120, 0.05), (352, 0.1)])
def test_power_is_reached_there_and_not_below(pairs: int, against: float) -> None:
    effect = smallest_detectable(pairs, against)
    assert effect is not None
    at = power(pairs, against + effect, against, alpha=0.025, margin=0.0)
    below = power(pairs, against + effect - 0.01, against, alpha=0.025, margin=0.0)
    assert at == pytest.approx(0.8, abs=1e-3)
    assert below < at


def test_simulated_comparisons_find_it_four_times_in_five() -> None:
    effect = smallest_detectable(100, 0.05)
    assert effect is not None
    rng = np.random.default_rng(1)
    outcome = rng.choice(3, size=(1500, 100), p=[0.9 - effect, 0.05 + effect, 0.05])
    gains, losses = (outcome == 1).sum(axis=1), (outcome == 2).sum(axis=1)
    found = [
        binomtest(int(g), int(g + n)).pvalue < 0.05
        for g, n in zip(gains, losses, strict=True)
        if g + n
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.04)


def test_too_few_pairs_can_detect_nothing() -> None:
    assert smallest_detectable(0) is None
    assert smallest_detectable(5) is None
    assert smallest_detectable(60, 0.5) is None
