"""What an action does to an episode: faults cost a step and are explained, budgets end it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from delivery_kit import changed, go_on, look, make, play, send, step
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import JSON

from fde_env.contract.stage import STAGES
from fde_env.env import READ_BUDGET, STEP_BUDGET, FDEDeliveryEnv
from fde_env.intervene import ReferencePolicy
from fde_env.sampling import sample_action

# Faults of an agent


@settings(max_examples=60)
@given(st.lists(st.one_of(JSON, st.text(), st.binary(), JSON.map(json.dumps)), max_size=12))
def test_nonsense_costs_steps_and_changes_nothing(actions: list[Any]) -> None:
    env = make()
    trace = play(env, "reference", until="schedule")
    assert env._episode is not None
    records = env._episode.records
    for action in actions:
        observation = step(trace, action)
        assert observation["stage"] == "schedule"
        assert "nothing was taken" in observation["message"] or observation["tool_result"]
        assert observation in env.observation_space
    assert env._episode.records == records
    assert trace.infos[-1]["steps_used"] == 3 + len(actions)
    assert go_on(trace, "reference").total == 1.0


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_valid_but_senseless_actions_never_raise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    env = make(trap="noise", gate="soft", detector="live")
    trace = play(env, lambda env, seen: sample_action(rng))
    assert trace.infos[-1]["ending"] != "running"
    assert 0.0 <= trace.total <= 1.0


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_noise_between_right_actions_costs_no_reward(seed: int) -> None:
    # The right delivery goes through, whatever reads and out-of-order calls stand in between.
    rng = np.random.default_rng(seed)

    def agent(env: FDEDeliveryEnv, seen: Any) -> Any:
        if rng.random() < 0.6:
            action = sample_action(rng)
            if action["tool"] != f"submit_{seen['stage']}":
                return action
        return ReferencePolicy(env).act(seen)

    assert play(make(trap="permute"), agent).total == 1.0


@pytest.mark.parametrize("stage", STAGES)
def test_a_submission_out_of_order_is_refused_and_says_what_is_due(stage: str) -> None:
    env = make()
    played = play(env, "reference")
    ready = dict(zip((action["tool"] for action in played.actions), played.actions, strict=True))
    for now in STAGES:
        if now == stage:
            continue
        trace = play(env, "reference", until=now)
        observation = step(trace, ready[f"submit_{stage}"])
        assert observation["stage"] == now
        assert f"so send submit_{now}" in observation["message"]


def test_a_commands_place_in_the_training_is_checked() -> None:
    trace = play(make(trap="permute", detector="live"), "misreader", until="train")
    for command in ("continue", "halt"):
        assert "no alarm waits" in step(trace, send("train", {"command": command}))["message"]
    assert "alarm" in step(trace, send("train", {"command": "start"}))["message"]
    assert "paused by an alarm" in step(trace, send("train", {"command": "start"}))["message"]
    assert trace.observations[-1]["stage"] == "train"


@pytest.mark.parametrize("tool", ["run_eval", "read_ledger", "read_metrics", "read_logs"])
def test_tools_before_the_run_say_that_there_is_none(tool: str) -> None:
    arguments: dict[str, Any] = {"run_eval": {"split": "dev"}, "read_logs": {"since_step": 0}}
    trace = play(make(), "reference", until="train")
    observation = step(trace, look(tool, **arguments.get(tool, {})))
    said = observation["message"] + observation["tool_result"]
    assert any(words in said for words in ("needs a finished run", "no entry", "no "))


def test_a_name_in_the_registry_is_never_taken_again() -> None:
    trace = play(make(), "reference", until="register")
    taken = step(trace, changed(trace.env, "register", name="intent-2025"))
    assert taken["stage"] == "register"
    assert "registered already" in taken["message"]
    assert go_on(trace, "reference").total == 1.0


def test_a_handling_that_does_not_compile_can_be_mended() -> None:
    trace = play(make(), "reference", until="intake")
    observation = step(trace, changed(trace.env, "intake", label_source="labels.csv"))
    assert "is not a table of the drop" in observation["message"]
    assert observation["stage"] == "intake"
    assert go_on(trace, "reference").total == 1.0


# Budgets


def test_reads_of_a_stage_are_limited_and_come_back_with_the_next() -> None:
    trace = play(make(), "reference", until="plan")
    for used in range(READ_BUDGET):
        observation = step(trace, look("read_policy"))
        assert observation["metrics"]["reads_left"] == READ_BUDGET - used - 1
        assert observation["tool_result"]
    spent = step(trace, look("read_policy"))
    assert not spent["tool_result"]
    assert f"the {READ_BUDGET} read calls of this stage are used up" in spent["message"]
    go_on(trace, "reference", until="config")
    assert trace.observations[-1]["metrics"]["reads_left"] == READ_BUDGET
    assert step(trace, look("read_policy"))["tool_result"]


def test_the_step_budget_truncates_and_pays_what_was_earned() -> None:
    env = make()
    trace = play(env, "reference", until="schedule")
    while trace.infos[-1]["ending"] == "running":
        step(trace, look("read_ticket"))
    assert len(trace.actions) == STEP_BUDGET
    assert trace.infos[-1]["ending"] == "truncated"
    assert "step budget is spent" in trace.observations[-1]["message"]
    assert trace.total == pytest.approx(0.5 * 3 / 10)
    _, reward, terminated, truncated, _ = env.step(look("read_ticket"))
    assert (reward, terminated, truncated) == (0.0, False, True)


def test_an_agent_that_submits_nothing_earns_nothing() -> None:
    trace = play(make(), lambda env, seen: send(seen["stage"], {}))
    assert trace.total == 0.0
    assert trace.infos[-1]["ending"] == "truncated"
    assert len(trace.actions) == STEP_BUDGET


def test_a_step_after_the_end_is_harmless() -> None:
    env = make(trap="permute", reward="dense")
    trace = play(env, "misreader")
    last, result = trace.observations[-1], env.result
    for action in (None, look("read_ticket"), trace.actions[-1]):
        observation, reward, terminated, truncated, info = env.step(action)
        assert observation == last
        assert (reward, terminated, truncated) == (0.0, True, False)
        assert info["result"] == trace.infos[-1]["result"]
    assert env.result == result
