"""Error level and power of the detectors by simulation; the large version is marked slow."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from fde_env.stats.eprocess import (
    HARM_MARGIN,
    DetectorPlan,
    check_steps,
    futility_plan,
    harm_plan,
    replay,
)
from fde_env.stats.simulate import (
    Course,
    alarm_checks,
    fresh_counts,
    log_wealths,
    reused_counts,
)

STEPS = check_steps(300, 10)
HARM, FUTILITY = harm_plan(STEPS), futility_plan(STEPS, 300)


def course(means: list[float], churn: int = 100) -> Course:
    shift = np.round(np.asarray(means) * 1_000).astype(np.int64)
    return Course(1_000, churn + np.maximum(0, -shift), churn + np.maximum(0, shift))


def edge(plan: DetectorPlan) -> Course:
    """The hardest run that still keeps to the plan's null."""
    return course([HARM_MARGIN if null is None else null for null in plan.nulls])


LEARNS = course([0.5 / (1 + np.exp((120 - step) / 25)) for step in STEPS], churn=40)
AT_BASE = course([0.0] * 30)
RUINED = course([-0.3 * min(1.0, step / 80) for step in STEPS], churn=0)


@pytest.mark.parametrize("plan", [HARM, FUTILITY], ids=["harm", "futility"])
def test_many_runs_at_once_equal_the_detector(plan: DetectorPlan) -> None:
    counts = fresh_counts(AT_BASE, 64, 20, seed=1)
    wealths = log_wealths(plan, counts)
    for run, row, check in zip(counts, wealths, alarm_checks(plan, counts), strict=True):
        detector, logs = replay(plan, [tuple(map(int, c)) for c in run])
        np.testing.assert_allclose(row, [np.nan if x is None else x for x in logs], atol=1e-9)
        assert (detector.alarm_check or 0) == check


@pytest.mark.parametrize("plan", [HARM, FUTILITY], ids=["harm", "futility"])
def test_error_level_at_the_edge_of_the_null(plan: DetectorPlan) -> None:
    alarms = int((alarm_checks(plan, fresh_counts(edge(plan), 64, 3_000, seed=2)) > 0).sum())
    assert binomtest(alarms, 3_000, plan.alpha, alternative="greater").pvalue > 0.001


@pytest.mark.slow
@pytest.mark.parametrize("churn", [0, 100, 300])
@pytest.mark.parametrize("plan", [HARM, FUTILITY], ids=["harm", "futility"])
def test_error_level_in_100_000_runs(plan: DetectorPlan, churn: int) -> None:
    shifted = edge(plan)
    at_edge = Course(1_000, shifted.worse - 100 + churn, shifted.better - 100 + churn)
    alarms = int((alarm_checks(plan, fresh_counts(at_edge, 64, 100_000, seed=3)) > 0).sum())
    assert binomtest(alarms, 100_000).proportion_ci(0.999).high < plan.alpha


@pytest.mark.parametrize("plan", [HARM, FUTILITY], ids=["harm", "futility"])
def test_one_sample_kept_for_all_checks_breaks_the_level(plan: DetectorPlan) -> None:
    # Why the probe draws afresh: the same detector, ten times over its level.
    alarms = alarm_checks(plan, reused_counts(edge(plan), 64, 1_000, seed=4)) > 0
    assert alarms.mean() > 0.1


def test_a_run_that_learns_is_left_alone() -> None:
    counts = fresh_counts(LEARNS, 64, 2_000, seed=5)
    assert not (alarm_checks(HARM, counts) > 0).any()
    assert not (alarm_checks(FUTILITY, counts) > 0).any()


def test_a_ruined_run_alarms_for_harm_within_a_few_checks() -> None:
    checks = alarm_checks(HARM, fresh_counts(RUINED, 64, 1_000, seed=6))
    assert (checks > 0).all()
    reached = int(np.argmax(RUINED.means <= -0.15)) + 1
    assert np.median(checks) <= reached + 3
    assert checks.max() <= reached + 8


def test_a_run_that_stays_at_base_alarms_for_futility_only() -> None:
    counts = fresh_counts(AT_BASE, 64, 1_000, seed=7)
    assert not (alarm_checks(HARM, counts) > 0).any()
    futile = alarm_checks(FUTILITY, counts)
    assert (futile > 0).mean() > 0.99
    assert 10 * np.median(futile) <= 220
