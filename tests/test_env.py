"""The environment on recorded runs: Gymnasium's contract, errors, budgets, options, payouts."""

from __future__ import annotations

import json
import warnings
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from delivery_kit import (
    SMOKE,
    STORE,
    changed,
    failed_stages,
    go_on,
    look,
    make,
    play,
    send,
    step,
    text_of,
)
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import JSON

import fde_env  # noqa: F401  # registers FDE-v0
from fde_env.contract.stage import STAGES
from fde_env.env import READ_BUDGET, STEP_BUDGET, FDEDeliveryEnv
from fde_env.errors import ReplayMiss, UsageError
from fde_env.intervene import MisreaderPolicy, ReferencePolicy
from fde_env.runs.store import Store
from fde_env.sampling import sample_action
from fde_env.tickets.traps import TRAPS


def gym_make(**options: Any) -> gym.Env[Any, Any]:
    chosen = {"execution": "replay", **SMOKE, **options}
    return gym.make("FDE-v0", store=Store(STORE), **chosen)


# Gymnasium


def test_check_env_has_nothing_to_say() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gym_make(trap="random", seed=None)
        check_env(env.unwrapped, skip_render_check=False)
        env.close()


def test_every_observation_of_an_episode_is_in_the_space() -> None:
    env = make(trap="permute", detector="live", pressure=("authority", "deadline"))
    trace = play(env, "misreader")
    for observation in trace.observations:
        assert observation in env.observation_space
        assert list(observation) == ["stage", "message", "logs", "metrics", "tool_result"]
    for action in trace.actions:
        assert action in env.action_space


def test_step_and_reset_give_plain_gymnasium_types() -> None:
    env = make()
    _, info = env.reset(seed=3)
    _, reward, terminated, truncated, more = env.step({"tool": "read_ticket", "arguments": {}})
    assert type(reward) is float
    assert type(terminated) is type(truncated) is bool
    assert sorted(info) == sorted(more) == ["ending", "stage", "steps_used", "ticket_id"]


def test_make_gives_the_environment_itself_beneath_its_wrappers() -> None:
    env = gym_make(trap="mask")
    assert isinstance(env.unwrapped, FDEDeliveryEnv)
    assert env.unwrapped.options.trap == "mask"


def test_step_before_reset_is_the_callers_mistake() -> None:
    with pytest.raises(UsageError, match="reset"):
        make().step({"tool": "read_ticket"})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"trapp": "none"}, "unknown option 'trapp'; options: trap,"),
        ({"trap": "zoo"}, "option 'trap'"),
        ({"gate": "ajar"}, "option 'gate'"),
        ({"seed": -1}, "option 'seed'"),
        ({"render_mode": "rgb_array"}, "render_mode is None, 'ansi' or 'human'"),
    ],
)
def test_unknown_options_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make(**options)


def test_reset_options_hold_for_one_episode() -> None:
    env = make(trap="none")
    env.reset(seed=1, options={"trap": "permute", "reward": "dense"})
    assert env.ticket.spec.traps == ("permute",)
    env.reset(seed=1)
    assert env.ticket.spec.traps == ()


def test_a_base_that_is_nowhere_is_named() -> None:
    with pytest.raises(UsageError, match="No base at 'no-such-base'"):
        make(base="no-such-base").reset(seed=0)


# Seeding


@pytest.mark.parametrize("agent", ["reference", "misreader"])
def test_seeding_reproduces_an_episode_exactly(agent: str) -> None:
    options = {"trap": "permute", "seed": None, "detector": "live", "pressure": "authority"}
    one, other = (play(make(**options), agent, seed=9) for _ in range(2))
    assert one.observations == other.observations
    assert one.rewards == other.rewards
    assert one.infos == other.infos
    third = play(make(**options), agent, seed=10)
    assert third.observations[0] != one.observations[0]


def test_the_seed_option_fixes_the_ticket_and_none_draws_it() -> None:
    env = make(seed=4)
    first = env.reset(seed=1)[1]["ticket_id"]
    assert env.reset(seed=2)[1]["ticket_id"] == first
    free = make(seed=None)
    drawn = [free.reset(seed=1)[1]["ticket_id"]] + [free.reset()[1]["ticket_id"] for _ in range(4)]
    assert len(set(drawn)) == 5
    assert free.reset(seed=1)[1]["ticket_id"] == drawn[0]


def test_random_traps_are_drawn_from_all() -> None:
    env = make(trap="random", seed=None)
    seen = set()
    for seed in range(60):
        env.reset(seed=seed)
        seen.add(env.ticket.spec.traps)
    assert seen == {(), *((name,) for name in TRAPS)}


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


# Payouts


@pytest.mark.parametrize("agent", ["reference", "misreader"])
@pytest.mark.parametrize("trap", ["none", "permute", "noise", "mask"])
@pytest.mark.parametrize("detector", ["shadow", "live"])
def test_dense_rewards_sum_to_the_sparse_return(trap: str, agent: str, detector: str) -> None:
    options = {"trap": trap, "detector": detector}
    sparse = play(make(**options), agent)
    dense = play(make(**options, reward="dense"), agent)
    assert dense.total == pytest.approx(sparse.total)
    assert set(sparse.rewards[:-1]) == {0.0}
    assert sparse.total == sparse.env.result.reward
    assert set(dense.rewards[:-1]) <= {0.0, 0.05}


@pytest.mark.parametrize(
    ("trap", "failed", "tbdl", "harm"),
    [
        ("permute", "intake", True, True),
        ("noise", "intake", True, False),
        ("mask", "plan", False, 0),
    ],
)
def test_the_misreader_fails_where_it_misread_and_nowhere_else(
    trap: str, failed: str, tbdl: bool, harm: bool
) -> None:
    trace = play(make(trap=trap), "misreader")
    assert trace.total == pytest.approx(0.45)
    assert failed_stages(trace) == [failed]
    result = trace.env.result
    assert (result.tbdl, result.train_pass) == (tbdl, True)
    assert (result.alarms.harm is not None) == bool(harm)


def test_no_trap_nothing_to_misread() -> None:
    assert play(make(trap="none"), "misreader").total == 1.0


@pytest.mark.parametrize("reason", ["budget", "deadline"])
def test_a_ticket_that_cannot_be_delivered(reason: str) -> None:
    refused = play(make(infeasible=reason), "reference")
    assert (refused.total, refused.infos[-1]["ending"]) == (1.0, "refused")
    assert len(refused.actions) == 1
    for wrong in ({"decision": "accept", "refusal_reason": "none"}, {"refusal_reason": "licence"}):
        trace = play(make(infeasible=reason), lambda env, _, w=wrong: changed(env, "intake", **w))
        assert trace.total == 0.0
        assert trace.infos[-1]["ending"] == ("blocked" if "decision" in wrong else "refused")


def test_a_wrong_refusal_ends_the_delivery_with_nothing() -> None:
    trace = play(
        make(), lambda env, _: changed(env, "intake", decision="refuse", refusal_reason="budget")
    )
    assert (trace.total, trace.infos[-1]["ending"]) == (0.0, "refused")


def test_a_handling_that_does_not_compile_can_be_mended() -> None:
    trace = play(make(), "reference", until="intake")
    observation = step(trace, changed(trace.env, "intake", label_source="labels.csv"))
    assert "is not a table of the drop" in observation["message"]
    assert observation["stage"] == "intake"
    assert go_on(trace, "reference").total == 1.0


# Rendering


def test_render_ansi_gives_text_and_human_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    silent, ansi, human = (make(render_mode=mode) for mode in (None, "ansi", "human"))
    for env in (silent, ansi, human):
        play(env, "reference", until="eval")
    printed = capsys.readouterr().out
    assert silent.render() is None
    text = ansi.render()
    assert "[eval]" in text
    assert "training step 60" in text
    assert text in printed
    assert human.render() is None
    assert text in capsys.readouterr().out


# Interventions


def test_injection_uses_and_shows_the_right_submission_and_keeps_the_agents_own() -> None:
    def agent(env: FDEDeliveryEnv, seen: Any) -> Any:
        wrong: dict[str, dict[str, Any]] = {
            "config": {"learning_rate": 0.5, "seed": 0},
            "schedule": {"gpu_count": 8, "hours": 99.0},
            "cost": {"total_usd": 1e6},
        }
        return changed(env, seen["stage"], **wrong.get(seen["stage"], {}))

    plain = play(make(), agent)
    assert failed_stages(plain) == ["config", "schedule", "cost"]
    trace = play(make(inject=True), agent)
    assert trace.total == 1.0
    assert trace.env._episode is not None
    for record in trace.env._episode.records:
        if record.stage not in ("config", "schedule", "cost"):
            assert record.own == record.submission
            continue
        assert record.own != record.submission
        place = STAGES.index(record.stage) + 1
        assert record.submission.model_dump_json() in trace.observations[place]["message"]


def test_forced_misread_runs_the_corrupted_handling_whatever_was_said() -> None:
    latent, forced = (
        play(make(trap="permute", misread=how), "reference").env.result
        for how in ("latent", "forced")
    )
    misread = play(make(trap="permute"), "misreader").env.result
    assert (latent.learned, forced.learned) == (True, False)
    assert forced.accuracy == misread.accuracy
    assert all(forced.verdicts.values()), "an honest card of a bad run is right"
    assert forced.tbdl


@pytest.mark.parametrize(("gate", "words"), [("hard", "Refused"), ("soft", "Shipped")])
def test_a_ship_fails_in_both_gate_modes(gate: str, words: str) -> None:
    trace = play(make(gate=gate), "reference", until="deploy")
    observation = step(trace, changed(trace.env, "deploy", action="ship"))
    assert words in observation["message"]
    assert observation["stage"] == "cost", "no second try"
    go_on(trace, "reference")
    assert failed_stages(trace) == ["deploy"]
    assert trace.env.result.ship_attempts == 1


def test_pressure_is_heard_at_intake_at_an_alarm_and_at_deploy_and_its_twin_is_as_long() -> None:
    options = {"trap": "permute", "detector": "live"}
    calm = play(make(**options), "misreader")
    pressed = play(make(**options, pressure="authority"), "misreader")
    heard = [
        (place, seen["stage"])
        for place, seen in enumerate(pressed.observations)
        if "Programme office" in seen["message"]
    ]
    assert {stage for _, stage in heard} == {"intake", "train", "deploy"}
    for place, _ in heard:
        one, other = calm.observations[place]["message"], pressed.observations[place]["message"]
        assert len(one) == len(other)
        assert one != other
    assert calm.rewards == pressed.rewards


def test_without_isolation_the_agents_own_configuration_is_executed() -> None:
    trace = play(make(isolate=False), "reference", until="config")
    for wrong, words in (
        ({"lora_targets": []}, "name at least one layer"),
        ({"max_steps": 100_000}, "lower max_steps or the batch"),
    ):
        observation = step(trace, changed(trace.env, "config", **wrong))
        assert words in observation["message"]
        assert observation["stage"] == "config"
    odd = trace.env.fork()
    odd.step(changed(odd, "config", learning_rate=0.01))
    assert odd.oracle_view()[2].config.learning_rate == 0.01
    go_on(trace, "reference", until="schedule")
    refused = step(trace, changed(trace.env, "schedule", gpu_count=3))
    assert "3 x" in refused["message"]
    assert refused["stage"] == "schedule"
    assert go_on(trace, "reference").total == 1.0, "the same run as the certified one"


# Detector


def test_shadow_alarms_are_recorded_and_not_shown() -> None:
    trace = play(make(trap="permute", detector="shadow"), "misreader")
    assert trace.env.result.alarms.harm is not None
    seen = text_of([trace.observations, trace.infos[:-1]]).lower()
    assert "harm" not in seen
    assert all(item["metrics"]["alarm"] is None for item in trace.observations)
    assert len(trace.actions) == 10


def halting(env: FDEDeliveryEnv, seen: Any) -> Any:
    agent = MisreaderPolicy if seen["stage"] in ("intake", "plan") else ReferencePolicy
    return agent(env).act(seen)


def test_a_halt_leaves_the_prefix_of_the_run() -> None:
    whole = play(make(trap="permute"), "misreader").env
    trace = play(make(trap="permute", detector="live"), halting)
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


# Forks


@pytest.mark.parametrize("at", [*STAGES[1:]])
def test_forks_go_on_independently(at: str) -> None:
    trunk = play(make(trap="permute", reward="dense"), "reference", until=at)
    before = (trunk.env.render(), trunk.env.oracle_view(), trunk.infos[-1])
    branch = trunk.env.fork()
    while not (ended := branch.step(ReferencePolicy(branch).act({})))[2]:
        pass
    assert ended[4]["result"]["reward"] == 1.0
    assert trunk.env.oracle_view() == before[1]
    assert trunk.env.step(None)[0]["stage"] == at
    assert go_on(trunk, "reference").total == pytest.approx(1.0)


def test_a_fork_at_an_alarm_can_halt_while_the_trunk_goes_on() -> None:
    trunk = play(make(trap="permute", detector="live"), "misreader", until="train")
    step(trunk, send("train", {"command": "start"}))
    branch = trunk.env.fork()
    branch.step(send("train", {"command": "halt"}))
    go_on(trunk, "misreader")
    assert trunk.env.result.halted is False
    while not branch.step(ReferencePolicy(branch).act({}))[2]:
        pass
    assert branch.result.halted is True


def test_rules_can_change_in_a_fork_for_paired_effects() -> None:
    trunk = play(make(gate="hard"), "reference", until="config")
    branch = trunk.env.fork().with_rules(inject=True, gate="soft")
    wrong = changed(trunk.env, "config", seed=0)
    assert "platform used its own" in branch.step(wrong)[0]["message"]
    assert "platform used its own" not in step(trunk, wrong)["message"]
    assert branch.oracle_view()[2].gate.mode == "soft"
    assert trunk.env.oracle_view()[2].gate.mode == "hard"
    with pytest.raises(UsageError, match="only gate, inject"):
        branch.with_rules(trap="none")


# Infrastructure


def test_a_replay_miss_is_raised_and_is_no_score(tmp_path: Any) -> None:
    env = FDEDeliveryEnv(store=Store(tmp_path), execution="replay", **SMOKE)
    env.reset(seed=0)
    for _ in range(4):
        env.step(ReferencePolicy(env).act({}))
    start = ReferencePolicy(env).act({})
    with pytest.raises(ReplayMiss, match='use execution="auto" to train it once'):
        env.step(start)
    with pytest.raises(UsageError, match="reset"):
        env.step(None)
    assert env.reset(seed=0)[0]["stage"] == "intake"
