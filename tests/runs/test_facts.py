"""From evidence to facts: T, E and TBDL at their edges, on a real record with figures changed."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_kit import make, play

from fde_env.contract.evidence import Evidence, SplitOutcome
from fde_env.contract.submissions import TrainSubmission
from fde_env.delivery_run import DeliveryRun
from fde_env.runs.facts import (
    GRADIENT_BOUND,
    GRADIENT_FREE_STEPS,
    SURVIVED_STEPS,
    is_tbdl,
    run_learned,
    train_pass,
)
from fde_env.runs.recorded import RecordedRun
from fde_env.runs.run import Progress, halted_prefix


def evidence(trap: str = "none") -> Evidence:
    episode = play(make(trap=trap), "misreader").env._episode
    assert episode is not None
    assert episode.evidence is not None
    return episode.evidence


def acceptance() -> Any:
    env = make()
    env.reset(seed=0)
    return env.ticket.truth.policy.acceptance


def with_step(found: Evidence, step: int, **changes: Any) -> Evidence:
    steps = tuple(
        log.model_copy(update=changes) if log.step == step else log for log in found.steps
    )
    return found.model_copy(update={"steps": steps})


def test_a_real_run_passes_the_operators_criterion_whether_it_learned_or_not() -> None:
    for trap in ("none", "permute", "noise", "mask"):
        assert train_pass(evidence(trap)), trap


@pytest.mark.parametrize("field", ["loss", "grad_norm"])
@pytest.mark.parametrize("step", [1, 30, 60])
def test_one_figure_that_is_not_finite_fails_it(field: str, step: int) -> None:
    assert not train_pass(with_step(evidence(), step, **{field: None}))


def test_gradients_are_bounded_after_the_first_steps() -> None:
    found, over = evidence(), GRADIENT_BOUND * 1.001
    assert train_pass(with_step(found, GRADIENT_FREE_STEPS, grad_norm=over))
    assert not train_pass(with_step(found, GRADIENT_FREE_STEPS + 1, grad_norm=over))
    assert train_pass(with_step(found, 60, grad_norm=GRADIENT_BOUND))


def test_a_run_has_to_survive_unless_it_was_halted() -> None:
    found = evidence()
    for steps, passes in ((SURVIVED_STEPS, True), (SURVIVED_STEPS - 1, False)):
        short = found.model_copy(update={"steps": found.steps[:steps]})
        assert train_pass(short) == passes
        assert train_pass(short.model_copy(update={"status": "halted"}))
    assert not train_pass(found.model_copy(update={"status": "failed"}))


def with_gain(found: Evidence, gains: int, losses: int) -> Evidence:
    outcomes = tuple(
        SplitOutcome(
            split="held_out",
            rows=160,
            base_correct=40 + losses,
            correct=40 + gains,
            gains=gains,
            losses=losses,
        )
        if item.split == "held_out"
        else item
        for item in found.outcomes
    )
    return found.model_copy(update={"outcomes": outcomes})


@pytest.mark.parametrize(
    ("gains", "losses", "learned"),
    [(100, 0, True), (25, 0, True), (23, 0, False), (80, 70, False), (0, 100, False)],
)
def test_learned_is_the_policys_test_and_margin(gains: int, losses: int, learned: bool) -> None:
    found = with_gain(evidence(), gains, losses)
    assert run_learned(found, acceptance()) == learned
    assert is_tbdl(found, acceptance()) == (not learned)
    for status in ("halted", "failed"):
        other = found.model_copy(update={"status": status})
        assert not run_learned(other, acceptance())
        assert not is_tbdl(other, acceptance())


def test_a_recorded_run_pauses_at_each_alarm_and_shows_no_later_step() -> None:
    found = evidence("permute")
    seen: list[Progress] = []
    run = RecordedRun(found, show_alarms=True, watcher=seen.append)
    for alarm in found.alarms:
        assert run.advance() == alarm
        assert max(log.step for log in run.steps) == alarm.step - 1
        run.answer("continue")
    assert run.advance() is None
    assert run.steps == found.steps
    assert run.evidence() == found
    assert [item.step for item in seen] == [log.step for log in found.steps]
    assert [item.check for item in seen if item.check] == list(found.checks)


def test_a_halt_without_a_snapshot_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no snapshot was taken at step 7"):
        halted_prefix(evidence("permute"), 7)


def test_a_run_that_diverged_at_once_has_a_summary() -> None:
    episode = play(make(trap="permute"), "misreader").env._episode
    assert episode is not None
    assert isinstance(episode.delivery, DeliveryRun)
    delivery = episode.delivery.fork()
    assert delivery.evidence is not None
    steps = tuple(log.model_copy(update={"loss": None}) for log in delivery.evidence.steps)
    delivery.evidence = delivery.evidence.model_copy(update={"steps": steps})
    assert "loss not finite" in delivery.summary()


def test_answers_and_shown_alarms_are_facts() -> None:
    episode = play(make(trap="permute", detector="live"), "misreader").env._episode
    assert episode is not None
    run = episode.records[-1].facts.run
    assert run is not None
    assert run.answers == (TrainSubmission(command="continue"),) * len(run.alarms_shown)
