"""AUC and its interval: by hand, against counting, and its coverage by simulation."""

from __future__ import annotations

import itertools
import random

import pytest

from fde_env.stats.auc import auc_interval


def by_counting(scores: list[float], positive: list[bool]) -> float:
    above = [score for score, is_it in zip(scores, positive, strict=True) if is_it]
    below = [score for score, is_it in zip(scores, positive, strict=True) if not is_it]
    wins = [1.0 if a > b else 0.5 * (a == b) for a, b in itertools.product(above, below)]
    return sum(wins) / len(wins)


@pytest.mark.parametrize("seed", range(5))
def test_it_counts_pairs_with_ties_as_half(seed: int) -> None:
    rng = random.Random(seed)
    scores = [float(rng.randrange(6)) for _ in range(60)]
    positive = [rng.random() < 0.4 for _ in scores]
    assert auc_interval(scores, positive).auc == pytest.approx(by_counting(scores, positive))


def test_perfect_and_reversed_scores() -> None:
    scores, positive = [1.0, 2.0, 3.0, 4.0], [False, False, True, True]
    assert auc_interval(scores, positive).auc == 1.0
    assert auc_interval([-score for score in scores], positive).auc == 0.0


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    # Normal scores, one apart by d: the AUC is Phi(d / sqrt 2); here .6382 for d = .5.
    rng, inside = random.Random(1), 0
    for _ in range(400):
        positive = [place % 2 == 0 for place in range(200)]
        scores = [rng.gauss(0.5 * is_it, 1) for is_it in positive]
        found = auc_interval(scores, positive)
        inside += found.low <= 0.6382 <= found.high
    assert 0.92 <= inside / 400 <= 0.98


def test_a_wider_level_gives_a_wider_interval() -> None:
    rng = random.Random(2)
    positive = [rng.random() < 0.5 for _ in range(100)]
    scores = [rng.random() for _ in positive]
    narrow, wide = auc_interval(scores, positive, 0.8), auc_interval(scores, positive, 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_one_class_alone_has_no_auc() -> None:
    with pytest.raises(ValueError, match="two cases"):
        auc_interval([0.1, 0.2, 0.3], [True, True, False])
