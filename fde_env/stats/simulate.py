"""Measure the detectors: many runs at once over an assumed course of the clean pool.

A course says how many of the pool's rows are worse and better than the base at each check. The
samples are drawn as the host draws them, without replacement and afresh, so what is measured is
the detector and not a model of it; the courses are assumptions and are named as such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from fde_env.stats.eprocess import DetectorPlan

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """Rows of the pool that are worse and better than the base at each check; shape (checks,)."""

    pool: int
    worse: Ints
    better: Ints

    @property
    def means(self) -> Floats:
        """Pool mean of d at each check, in [-1, 1]; shape (checks,)."""
        change: Floats = (self.better - self.worse) / self.pool
        return change


def fresh_counts(course: Course, sample: int, runs: int, seed: int) -> Ints:
    """Counts of fresh samples: worse, same, better; shape (runs, checks, 3)."""
    rng = np.random.default_rng(seed)
    same = course.pool - course.worse - course.better
    pools = np.stack([course.worse, same, course.better], axis=1)
    drawn = [rng.multivariate_hypergeometric(pool, sample, size=runs) for pool in pools]
    return np.stack(drawn, axis=1)


def reused_counts(course: Course, sample: int, runs: int, seed: int) -> Ints:
    """Counts if one sample were drawn and kept for all checks: what must not be done.

    The pool is laid out worst rows first, so a row's fate moves as little as the course allows.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(rng.random((runs, course.pool)), axis=1)[:, :sample, np.newaxis]
    worse = (order < course.worse).sum(axis=1)
    better = (order >= course.pool - course.better).sum(axis=1)
    return np.stack([worse, sample - worse - better, better], axis=2)


def log_wealths(plan: DetectorPlan, counts: Ints) -> Floats:
    """Give ln M after each check of each run, as `Detector` does; shape (runs, checks).

    NaN where the plan does not bet. A test holds this equal to `Detector`, check by check.
    """
    bets = np.asarray(plan.bets)
    total = plan.betting_checks
    wealth = np.full(counts.shape[:2], np.nan)
    running = np.full((len(counts), len(bets)), -np.inf)
    placed = 0
    for k, null in enumerate(plan.nulls):
        if null is None:
            continue
        placed += 1
        stake = bets / (1 - null)
        rates = np.log1p(np.stack([stake * (1 + null), stake * null, -stake * (1 - null)]))
        running = np.logaddexp(running, -np.log(total)) + counts[:, k] @ rates
        mixed = logsumexp(running, axis=1) - np.log(len(bets))
        unspent = (total - placed) / total
        wealth[:, k] = np.logaddexp(mixed, np.log(unspent)) if unspent else mixed
    return wealth


def alarm_checks(plan: DetectorPlan, counts: Ints) -> Ints:
    """First check at which each run alarms, from 1; 0 where none does; shape (runs,)."""
    crossed = np.nan_to_num(log_wealths(plan, counts), nan=-np.inf) >= plan.log_threshold
    first: Ints = np.where(crossed.any(axis=1), crossed.argmax(axis=1) + 1, 0)
    return first
