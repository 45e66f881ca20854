"""The secret samples: reproducible to the row, uniform, and different wherever a key differs."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from fde_env.stats.sampling import draw_sample


def test_pinned_draws() -> None:
    # Changing these changes the evidence of every recorded run.
    assert draw_sample(b"host-key", "run", 1, 1_000, 8) == (185, 358, 93, 67, 525, 408, 913, 208)
    assert draw_sample(b"host-key", "run", 2, 1_000, 8) == (644, 546, 998, 25, 829, 585, 846, 622)


@given(
    key=st.binary(max_size=40),
    run=st.text(max_size=10),
    check=st.integers(1, 99),
    sizes=st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
)
def test_a_sample_is_distinct_rows_of_the_pool(
    key: bytes, run: str, check: int, sizes: tuple[int, int]
) -> None:
    pool, size = sizes
    rows = draw_sample(key, run, check, pool, size)
    assert len(rows) == len(set(rows)) == size
    assert all(0 <= row < pool for row in rows)
    assert rows == draw_sample(key, run, check, pool, size)


def test_key_run_and_check_each_change_the_sample() -> None:
    base = draw_sample(b"k", "run", 1, 1_000, 64)
    assert base != draw_sample(b"l", "run", 1, 1_000, 64)
    assert base != draw_sample(b"k", "rum", 1, 1_000, 64)
    assert base != draw_sample(b"k", "run", 2, 1_000, 64)
    # The parts are kept apart: "run1", check 1 is not "run", check 11.
    assert draw_sample(b"k", "run1", 1, 1_000, 64) != draw_sample(b"k", "run", 11, 1_000, 64)


def test_every_subset_is_equally_likely() -> None:
    draws = Counter(tuple(sorted(draw_sample(b"k", f"run-{i}", 1, 6, 3))) for i in range(6_000))
    subsets = list(itertools.combinations(range(6), 3))
    assert set(draws) == set(subsets)
    assert chisquare([draws[subset] for subset in subsets]).pvalue > 1e-3


def test_impossible_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot draw 11 of 10"):
        draw_sample(b"k", "run", 1, 10, 11)
    with pytest.raises(ValueError, match="counted from 1"):
        draw_sample(b"k", "run", 0, 10, 1)
