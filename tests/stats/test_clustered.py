"""Shares with clusters: known values, bounds, and coverage where trials hang together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_env.stats.clustered import clustered_share, effective_trials, wilson

CLUSTERS = st.lists(
    st.integers(0, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_equals_published_intervals(
    successes: int, trials: int, low: float, high: float
) -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    assert wilson(successes, trials) == (
        pytest.approx(low, abs=6e-5),
        pytest.approx(high, abs=6e-5),
    )


@given(CLUSTERS)
def test_a_share_lies_in_its_interval_and_clusters_never_narrow_it(
    clusters: list[tuple[int, int]],
) -> None:
    share = clustered_share(clusters)
    if share.rate is None:
        assert (share.low, share.high) == (0.0, 1.0)
        return
    assert 0 <= share.low <= share.rate <= share.high <= 1
    assert 1 <= share.effective <= share.trials
    plain_low, plain_high = wilson(share.successes, share.trials)
    assert share.low <= plain_low + 1e-9
    assert share.high >= plain_high - 1e-9


@given(CLUSTERS)
def test_success_and_failure_are_mirror_images(clusters: list[tuple[int, int]]) -> None:
    share = clustered_share(clusters)
    mirrored = clustered_share([(n - x, n) for x, n in clusters])
    assert share.low == pytest.approx(1 - mirrored.high, abs=1e-9)


def test_repeating_a_deterministic_agent_adds_nothing() -> None:
    once = clustered_share([(1, 1)] * 60 + [(0, 1)] * 40)
    often = clustered_share([(5, 5)] * 60 + [(0, 5)] * 40)
    assert often.effective == pytest.approx(100, rel=0.04)
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.03)


def test_no_scatter_counts_clusters_not_trials() -> None:
    assert effective_trials([0.0] * 50, 0.0, 500, 0.95) <= 50


@pytest.mark.parametrize("spread", [0.05, 5.0, 1000.0])
def test_the_interval_covers_where_trials_hang_together(spread: float) -> None:
    # Each ticket has a rate of its own, from nearly all-or-nothing to nearly the same.
    rng, truth, held, draws = np.random.default_rng(7), 0.7, 0, 400
    for _ in range(draws):
        rates = rng.beta(truth * spread, (1 - truth) * spread, size=60)
        share = clustered_share([(int(rng.binomial(4, rate)), 4) for rate in rates])
        held += share.low <= truth <= share.high
    assert held / draws >= 0.92


@pytest.mark.parametrize("counts", [(-1, 5), (6, 5), (0, 0)])
def test_counts_that_do_not_fit_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="fit"):
        wilson(*counts)
    if counts[1]:
        with pytest.raises(ValueError, match="successes"):
            clustered_share([counts])
