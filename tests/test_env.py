"""The environment on recorded runs: Gymnasium's contract, seeds, rendering, a missing run."""

from __future__ import annotations

import warnings
from typing import Any

import gymnasium as gym
import pytest
from delivery_kit import SMOKE, STORE, make, play
from gymnasium.utils.env_checker import check_env

import fde_env  # noqa: F401  # registers FDE-v0
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import ReplayMiss, UsageError
from fde_env.intervene import ReferencePolicy
from fde_env.runs.store import Store
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
