"""Rows, sums and both denominators."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from scipy.stats import binomtest
from study_kit import recorded

from fde_env.bench.summary import Row, denominators, make_row, summarise, upper_rate

Rows = list[Row]
FIELDS = (
    *("base", "seed", "arm", "train_pass", "learned", "tbdl", "base_accuracy", "accuracy"),
    *("gains", "losses", "p_value", "ci_low", "ci_high", "harm_step", "futility_step"),
    *("train_seconds", "probe_seconds"),
)


@pytest.fixture
def rows() -> Rows:
    return [make_row(*pair) for pair in recorded()]


def test_a_row_has_the_promised_fields_and_agrees_with_the_evidence(rows: Rows) -> None:
    for row, (_, evidence) in zip(rows, recorded(), strict=True):
        assert tuple(asdict(row)) == FIELDS
        held = next(item for item in evidence.outcomes if item.split == "held_out")
        assert row.accuracy == held.correct / held.rows
        assert row.ci_low <= row.accuracy - row.base_accuracy <= row.ci_high
        test = binomtest(row.gains, max(1, row.gains + row.losses), 0.5, alternative="greater")
        assert row.p_value == pytest.approx(test.pvalue)


def test_real_smoke_runs_show_the_pattern(rows: Rows) -> None:
    by_arm = {row.arm: row for row in rows}
    assert all(row.train_pass for row in rows)
    assert {arm for arm, row in by_arm.items() if row.tbdl} == {"permute", "noise"}
    assert by_arm["permute"].harm_step is not None
    assert by_arm["correct"].harm_step is by_arm["correct"].futility_step is None


def test_the_summary_counts(rows: Rows) -> None:
    many = [*rows, replace(rows[0], tbdl=True, harm_step=10)]
    assert summarise(many)["correct"] == {
        "n": 2,
        "tbdl": 1,
        "harm_alarms": 1,
        "futility_alarms": 0,
    }
    assert list(summarise(many)) == ["correct", "permute", "noise", "mask"]


def test_both_denominators_with_the_family_bound(rows: Rows) -> None:
    twelve = [replace(row, seed=n) for row in rows for n in range(12)]
    learn, whole = denominators(twelve, alpha=0.01)
    assert (learn["n"], whole["n"]) == (24, 36)
    assert learn["harm"]["family_bound"] == pytest.approx(0.24)
    assert whole["harm"]["family_bound"] == pytest.approx(0.36)
    # Noise is meant to raise futility alarms, so they are not counted as false.
    assert "futility" not in whole


def test_the_rate_s_upper_limit_is_the_exact_one() -> None:
    for count, runs in ((0, 24), (0, 36), (1, 36), (5, 12)):
        interval = binomtest(count, runs).proportion_ci(0.9, method="exact")
        assert upper_rate(count, runs) == pytest.approx(interval.high)
    assert upper_rate(3, 3) == 1.0
