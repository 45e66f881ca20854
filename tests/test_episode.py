"""The ten stages under other rules: do(c*), forced misreads, gates, pressure, forks."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_kit import changed, failed_stages, go_on, make, play, send, step

from fde_env.contract.stage import STAGES
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError
from fde_env.intervene import ReferencePolicy

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
