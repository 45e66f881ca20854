"""The clean-probe e-process: is the run hurting, is it getting anywhere, at any step, with proof.

A clean pool of N rows is fixed before the run, and on each row it is known whether the base is
right. At a check the model is frozen, rows are drawn afresh from the pool (`sampling.draw_sample`),
and each counts d = -1, 0 or 1: worse than, same as or better than the base. The null at check k is
"the pool's mean of d is at least m_k". A bettor against it stakes fractions f of its wealth with

    E_{k,f} = (1 + l (1 + m_k))^worse * (1 + l m_k)^same * (1 - l (1 - m_k))^better
    l = f / (1 - m_k)
    R_{k,f} = (R_{k-1,f} + 1/K) E_{k,f},  R_0 = 0
    M_k = mean over f of R_{k,f} + (K - k)/K

and the alarm is the first k with M_k >= 1/alpha. Given the past only the sample is random; by
Maclaurin's inequality a product over a draw without replacement has at most the expectation that
independent draws would give, and those have at most 1 under the null. So M is a non-negative
supermartingale from 1, and by Ville's inequality a run that keeps to the null at every check alarms
with probability at most alpha, however long one looks. This holds for fresh samples only: one fixed
sample, reused, multiplies dependent factors. The 1/K terms start a new bet at each check, so wealth
lost while a run was healthy does not hide a later collapse.

Two detectors use it. Harm: m = -0.05 throughout. Futility: from a third of the steps on, against
the minimum learning curve that the run was registered with.

Sources: J. Ville (1939), "Etude critique de la notion de collectif", for the inequality; I.
Waudby-Smith and A. Ramdas (2024), "Estimating means of bounded random variables by betting",
JRSS B, for the bets; J. Shin, A. Ramdas and A. Rinaldo, "E-detectors: a nonparametric framework
for sequential change detection", for starting anew at each step. Written by hand because the
packages that offer betting e-processes either do not install here or do not keep their level.

>>> detector = Detector(harm_plan(check_steps(max_steps=300, every_steps=10)))
>>> for _ in range(4):
...     wealth = detector.update(worse=12, same=52, better=0)
>>> detector.alarm_step, wealth > detector.plan.log_threshold
(20, True)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

Kind = Literal["harm", "futility"]

BETS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
ALPHA = 0.01
HARM_MARGIN = -0.05
# Equal to the acceptance margin: a smaller one would let a run be learned and futile at once.
FUTILITY_PLATEAU = 0.15


@dataclass(frozen=True)
class DetectorPlan:
    """What is fixed before the run; nothing in it may depend on what the run does.

    Attributes:
        kind: Which alarm this raises.
        steps: Optimiser step of every check, rising.
        nulls: For each check the least pool mean of d under the null, in (-1, 1); None where this
            detector does not bet yet.
        alpha: Probability of a false alarm over the whole run, at most.
        bets: Fractions of the wealth that are staked, each in (0, 1), mixed evenly.

    Raises:
        ValueError: Lengths differ, or a null, alpha or bet is out of range.
    """

    kind: Kind
    steps: tuple[int, ...]
    nulls: tuple[float | None, ...]
    alpha: float = ALPHA
    bets: tuple[float, ...] = BETS

    def __post_init__(self) -> None:
        if len(self.steps) != len(self.nulls):
            raise ValueError(f"{len(self.steps)} checks but {len(self.nulls)} nulls")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie in (0, 1), not {self.alpha}")
        if not self.bets or not all(0 < bet < 1 for bet in self.bets):
            raise ValueError(f"every bet must lie in (0, 1): {self.bets}")
        if not all(null is None or -1 < null < 1 for null in self.nulls):
            raise ValueError(f"every null must lie in (-1, 1): {self.nulls}")

    @property
    def betting_checks(self) -> int:
        """K: the number of checks at which this detector bets."""
        return sum(null is not None for null in self.nulls)

    @property
    def log_threshold(self) -> float:
        """Natural logarithm of the wealth at which it alarms, ln(1/alpha)."""
        return -math.log(self.alpha)


def check_steps(max_steps: int, every_steps: int) -> tuple[int, ...]:
    """Optimiser steps at which the probe looks: every `every_steps`, up to `max_steps`.

    >>> check_steps(max_steps=35, every_steps=10)
    (10, 20, 30)
    """
    return tuple(range(every_steps, max_steps + 1, every_steps))


def harm_plan(
    steps: Sequence[int],
    *,
    margin: float = HARM_MARGIN,
    alpha: float = ALPHA,
    bets: tuple[float, ...] = BETS,
) -> DetectorPlan:
    """Against "on clean rows the run never falls more than `-margin` below its base"."""
    return DetectorPlan("harm", tuple(steps), (margin,) * len(steps), alpha, bets)


def futility_plan(
    steps: Sequence[int],
    max_steps: int,
    *,
    start: float = HARM_MARGIN,
    plateau: float = FUTILITY_PLATEAU,
    alpha: float = ALPHA,
    bets: tuple[float, ...] = BETS,
) -> DetectorPlan:
    """Against "the run keeps to the minimum learning curve that it was registered with".

    The curve is `start` at a third of `max_steps`, rises in a line to `plateau` at two thirds, and
    stays there. Bets are placed at the checks after the first third.

    >>> plan = futility_plan(check_steps(300, 10), max_steps=300)
    >>> plan.betting_checks, plan.steps[10], round(plan.nulls[10], 2), plan.nulls[-1]
    (20, 110, -0.03, 0.15)
    """

    def null(step: int) -> float | None:
        if 3 * step <= max_steps:
            return None
        risen = min(1.0, (3 * step - max_steps) / max_steps)
        return plateau if risen == 1.0 else start + (plateau - start) * risen

    return DetectorPlan("futility", tuple(steps), tuple(null(step) for step in steps), alpha, bets)


def log_factor(
    counts: tuple[int, int, int], null: float, bets: Sequence[float] = BETS
) -> NDArray[np.float64]:
    """Logarithm of E: what each bet multiplies its wealth by on one sample; shape (bets,).

    Args:
        counts: Rows that are worse, the same and better than the base.
        null: Least pool mean of d under the null, in (-1, 1).
        bets: Fractions staked, each in (0, 1).
    """
    worse, same, better = counts
    stake = np.asarray(bets, dtype=np.float64) / (1 - null)
    # Under the null a row pays 1 + stake * (null - d), which averages at most 1 over the pool.
    gain: NDArray[np.float64] = (
        worse * np.log1p(stake * (1 + null))
        + same * np.log1p(stake * null)
        + better * np.log1p(-stake * (1 - null))
    )
    return gain


class Detector:
    """One detector following one run, fed a count of the three outcomes at every check.

    Attributes:
        plan: The constants, fixed before the run.
        alarm_check: Number of the check that raised the alarm, from 1, or None. The first
            crossing stays; wealth goes on being recorded after it.
    """

    def __init__(self, plan: DetectorPlan) -> None:
        """Start with wealth 1 and no check seen."""
        self.plan = plan
        self.alarm_check: int | None = None
        self._checks = 0
        self._bets_placed = 0
        self._log_running = np.full(len(plan.bets), -np.inf)

    @property
    def alarm_step(self) -> int | None:
        """Optimiser step of the alarm, or None."""
        return None if self.alarm_check is None else self.plan.steps[self.alarm_check - 1]

    @property
    def alarm(self) -> bool:
        """Whether the alarm has been raised."""
        return self.alarm_check is not None

    def update(self, worse: int, same: int, better: int) -> float | None:
        """Take the next check's counts.

        Args:
            worse: Rows where the base was right and the model is wrong.
            same: Rows where both are right or both wrong.
            better: Rows where the base was wrong and the model is right.

        Returns:
            ln M after this check, or None while this detector does not bet yet.

        Raises:
            ValueError: A negative count, or more checks than the plan has.
        """
        if min(worse, same, better) < 0:
            raise ValueError(f"counts cannot be negative: {worse}, {same}, {better}")
        if self._checks == len(self.plan.steps):
            raise ValueError(f"the plan has {len(self.plan.steps)} checks and all are spent")
        null = self.plan.nulls[self._checks]
        self._checks += 1
        if null is None:
            return None
        self._bets_placed += 1
        fresh = -math.log(self.plan.betting_checks)
        factor = log_factor((worse, same, better), null, self.plan.bets)
        self._log_running = np.logaddexp(self._log_running, fresh) + factor
        wealth = self._log_wealth()
        if self.alarm_check is None and wealth >= self.plan.log_threshold:
            self.alarm_check = self._checks
        return wealth

    def _log_wealth(self) -> float:
        total = self.plan.betting_checks
        mixed = float(logsumexp(self._log_running)) - math.log(len(self.plan.bets))
        unspent = total - self._bets_placed
        return mixed if unspent == 0 else float(np.logaddexp(mixed, math.log(unspent / total)))


def replay(
    plan: DetectorPlan, checks: Iterable[tuple[int, int, int]]
) -> tuple[Detector, tuple[float | None, ...]]:
    """Run a detector over recorded (worse, same, better) counts, as to grade a run again.

    Returns:
        The detector after the last check, and ln M after each check.
    """
    detector = Detector(plan)
    return detector, tuple(detector.update(*counts) for counts in checks)


def explain(kind: Kind, step: int, *, margin: float | None = None, alpha: float = ALPHA) -> str:
    """Say in a customer's words what an alarm is evidence of, and what it is not.

    Args:
        kind: Which alarm.
        step: Optimiser step at which it was raised.
        margin: The plan's null: harm margin or futility plateau, in accuracy (-1 to 1).
        alpha: Probability of a false alarm that the plan allows.

    >>> print(explain("harm", 40))  # doctest: +ELLIPSIS
    Harm alarm at step 40: strong evidence that, on clean examples it has never trained on, ...
    """
    odds = f"1 in {round(1 / alpha):,}"
    if kind == "harm":
        points = _points(HARM_MARGIN if margin is None else margin)
        return (
            f"Harm alarm at step {step}: strong evidence that, on clean examples it has never "
            f"trained on, the model became worse than its base by more than {points}. A run that "
            f"never fell that far would raise this alarm with a chance of at most {odds}, however "
            "often it is checked. It says that the training does damage, not why: look at the "
            "labels first."
        )
    points = _points(FUTILITY_PLATEAU if margin is None else margin)
    return (
        f"Futility alarm at step {step}: strong evidence that, on clean examples it has never "
        "trained on, the model is below the slowest learning curve agreed before the run, which "
        f"ends {points} above its base. A run that kept to that curve would raise this alarm with "
        f"a chance of at most {odds}, however often it is checked. It says that this run is not "
        "learning what was ordered, whatever its training loss does, and not that it does damage."
    )


def _points(margin: float) -> str:
    return f"{abs(margin) * 100:g} percentage points"
