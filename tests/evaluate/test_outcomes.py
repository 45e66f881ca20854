"""Failure classes are kept apart; what says nothing about the agent stays in the denominator."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_kit import PERMUTE, PLAIN, UNRECORDED, plan, run

from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.play import FAULTS


@pytest.mark.parametrize(
    ("policy", "outcome", "words"),
    [
        ("Declines", Outcome.AGENT_REFUSAL, "will not help"),
        ("Overspends", Outcome.BUDGET_SPENT, "used up"),
        ("RunsDry", Outcome.AGENT_FAILURE, "NoUsableAction"),
        ("Crashes", Outcome.AGENT_FAILURE, "KeyError"),
        ("LosesProvider", Outcome.PROVIDER_ERROR, "RateLimited: HTTP 429"),
        ("LosesLine", Outcome.PROVIDER_ERROR, "ConnectionResetError"),
    ],
)
def test_what_a_policy_raises_ends_in_its_class(
    tmp_path: Path, policy: str, outcome: Outcome, words: str
) -> None:
    (row,) = run(tmp_path, plan(f"bench_policies:{policy}", tickets=[PERMUTE])).rows
    assert row.outcome is outcome
    assert words in row.detail
    if outcome.scored:
        # What was submitted before is graded as it stands.
        assert row.ending == "truncated"
        assert row.stages["plan"] is False
        assert row.reward is not None
        assert row.reward <= 0.05
    else:
        assert row.reward is None
        assert set(row.stages.values()) == {None}


def test_a_platform_that_fails_is_never_the_agents_failure(tmp_path: Path) -> None:
    summary = run(tmp_path, plan("careful", tickets=[PLAIN, UNRECORDED]))
    assert [row.outcome for row in summary.rows] == ["delivered", "infrastructure_error"]
    assert "ReplayMiss" in summary.rows[1].detail
    delivery = summary.of("careful").delivery
    assert (delivery.passed, delivery.scored, delivery.unscored) == (1, 1, 1)
    assert (delivery.worst, delivery.rate, delivery.best) == (0.5, 1.0, 1.0)
    assert delivery.worst_low < delivery.low
    assert summary.complete


def test_who_never_came_to_a_score_stands_last(tmp_path: Path) -> None:
    lost = "bench_policies:LosesProvider"
    summary = run(tmp_path, plan(lost, "null", "configurator", tickets=[PLAIN]))
    assert summary.leaderboard == ("configurator", "null", lost)


def test_what_failed_before_is_played_again_only_when_asked(tmp_path: Path) -> None:
    planned = plan("bench_policies:LosesProvider", tickets=[PLAIN])
    run(tmp_path, planned)
    (kept,) = (tmp_path / "episodes").iterdir()
    before = kept.stat().st_ino
    run(tmp_path, planned)
    assert kept.stat().st_ino == before
    run(tmp_path, planned, retry_failed=True)
    assert kept.stat().st_ino != before


def test_faults_are_known_by_the_environments_own_words(tmp_path: Path) -> None:
    (row,) = run(tmp_path, plan("bench_policies:Babbles", tickets=[PLAIN])).rows
    assert row.faults["plan"] > 0
    assert FAULTS == ("Malformed action", "Not possible")
    (null,) = run(tmp_path / "null", plan("null", tickets=[PLAIN])).rows
    assert null.faults == {"intake": null.steps}
    assert (null.outcome, null.reward) == (Outcome.AGENT_FAILURE, 0.0)


def test_a_plain_function_is_a_policy_too(tmp_path: Path) -> None:
    summary = run(
        tmp_path,
        plan(
            "bench_policies:function",
            tickets=[PLAIN],
            pressure=["none", "deadline"],
            pairing="fork",
        ),
    )
    assert {row.outcome for row in summary.rows} == {Outcome.AGENT_FAILURE}
