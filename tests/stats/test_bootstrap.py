"""The bootstrap of a ratio: repeatable, around the ratio, open where it has no end."""

from __future__ import annotations

import numpy as np
import pytest

from fde_env.stats.bootstrap import ratio_interval


def test_equal_data_give_an_equal_interval() -> None:
    data = [(1.0, 2.0), (3.0, 1.0), (2.0, 2.0)]
    assert ratio_interval(data) == ratio_interval(data)


def test_a_constant_has_no_width() -> None:
    assert ratio_interval([(3.0, 1.0)] * 9) == (3.0, 3.0, 3.0)


def test_rare_deliveries_leave_the_upper_end_open() -> None:
    ratio, low, high = ratio_interval([(1.0, 1.0)] + [(1.0, 0.0)] * 9)
    assert ratio == 10.0
    assert low is not None
    assert low < 10
    assert high is None
    assert ratio_interval([]) == (None, None, None)


def test_the_interval_covers_a_known_ratio() -> None:
    rng, held = np.random.default_rng(5), 0
    for _ in range(60):
        below = rng.binomial(4, 0.5, size=80).astype(float)
        above = 4 + rng.normal(0, 1, size=80)
        _, low, high = ratio_interval(list(zip(above, below, strict=True)))
        held += low is not None and high is not None and low <= 2.0 <= high
    assert held / 60 == pytest.approx(0.95, abs=0.08)
