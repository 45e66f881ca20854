"""Alarms of a run: recorded or shown, answered by a halt or gone past."""

from __future__ import annotations

import pytest
from delivery_kit import failed_stages, honest_but_misread, make, play, text_of


def test_shadow_alarms_are_recorded_and_not_shown() -> None:
    trace = play(make(trap="permute", detector="shadow"), "misreader")
    assert trace.env.result.alarms.harm is not None
    seen = text_of([trace.observations, trace.infos[:-1]]).lower()
    assert "harm" not in seen
    assert all(item["metrics"]["alarm"] is None for item in trace.observations)
    assert len(trace.actions) == 10


def test_a_halt_leaves_the_prefix_of_the_run() -> None:
    whole = play(make(trap="permute"), "misreader").env
    trace = play(make(trap="permute", detector="live"), honest_but_misread)
    env = trace.env
    assert env._episode is not None
    assert whole._episode is not None
    full, cut = whole._episode.evidence, env._episode.evidence
    assert full is not None
    assert cut is not None
    alarm = full.alarms[0]
    assert cut.status == "halted"
    assert cut.steps == full.steps[: alarm.step]
    assert cut.checks == tuple(item for item in full.checks if item.step <= alarm.step)
    assert cut.outcomes == full.snapshots[0].outcomes
    assert cut.artifact_digest == full.snapshots[0].artifact_digest
    facts = env._episode.records[-1].facts
    assert facts.run is not None
    assert facts.ledger is not None
    assert (facts.run.halted, facts.run.learned, facts.run.steps_run) == (True, False, alarm.step)
    assert facts.run.alarms_shown == (alarm,)
    result, complete = env.result, whole.result
    assert result.tbdl is False
    assert complete.tbdl is True
    assert result.gpu_hours is not None
    assert complete.gpu_hours is not None
    share = alarm.step / full.spec.config.max_steps
    assert result.gpu_hours == pytest.approx(complete.gpu_hours * share)
    assert failed_stages(trace) == ["intake"]


def test_going_on_past_every_alarm_gives_the_whole_run() -> None:
    shadow = play(make(trap="permute"), "misreader")
    live = play(make(trap="permute", detector="live"), "misreader")
    assert failed_stages(live) == ["intake", "train"]
    assert shadow.env._episode is not None
    assert live.env._episode is not None
    assert live.env._episode.evidence == shadow.env._episode.evidence
    shown = live.env._episode.records[-1].facts.run
    assert shown is not None
    assert shown.alarms_shown == shadow.env._episode.evidence.alarms  # type: ignore[union-attr]
    paused = [seen for seen in live.observations if seen["metrics"]["alarm"]]
    assert len(paused) == len(shown.alarms_shown)
    for seen, alarm in zip(paused, shown.alarms_shown, strict=True):
        # A paused trainer has not logged the step it stands at (`test_live.py` compares).
        assert seen["metrics"]["step"] == alarm.step - 1
