"""Spread over processes or not, the vector environment shows what Gymnasium's own shows."""

from __future__ import annotations

import copy
import random
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from delivery_kit import SMOKE, STORE, look, make, play
from gymnasium.error import ClosedEnvironmentError
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from malformed import malformed
from vector_kit import assert_same

from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError
from fde_env.runs.store import Store
from fde_env.vector import DeliveryVectorEnv

COUNT = 5
REFUSAL = {
    "decision": "refuse",
    "refusal_reason": "licence",
    "task": "intent_classification",
    "input_column": "text",
    "target_column": "code_1",
    "label_source": "labels_1.csv",
    "label_map": "label_map_1.json",
    "join_key": "message_id",
    "row_filter": [],
    "metric": "accuracy",
}
OPTIONS = {**SMOKE, "seed": None, "execution": "replay", "trap": "random", "unrecorded": "end"}
maker = partial(FDEDeliveryEnv, store=Store(STORE), **OPTIONS)


def spread(processes: int, **options: Any) -> DeliveryVectorEnv:
    return DeliveryVectorEnv(maker, COUNT, processes=processes, **options)


def any_action(rng: random.Random) -> Any:
    """Short episodes with much nonsense in them."""
    return rng.choice(
        (
            malformed(rng),
            {"tool": "submit_intake", "arguments": REFUSAL},
            look("read_file", name="mail_thread.txt", start=0, rows=50),
            look("read_ticket"),
        )
    )


def both_step(one: Any, other: Any, rng: random.Random) -> Any:
    actions = tuple(any_action(rng) for _ in range(COUNT))
    # An object that tells where it lies is another one elsewhere.
    actions = tuple(0 if type(action) is object else action for action in actions)
    ours, theirs = one.step(actions), other.step(actions)
    assert_same(ours, theirs)
    return ours


@pytest.mark.parametrize(
    ("processes", "mode", "seed"),
    [
        (1, AutoresetMode.NEXT_STEP, 3),
        (3, AutoresetMode.NEXT_STEP, [11, 0, 5, 5, 2]),
        (1, AutoresetMode.SAME_STEP, [7, 7, 7, 1, 0]),
        (2, AutoresetMode.SAME_STEP, 1),
        (1, AutoresetMode.DISABLED, 4),
        (2, AutoresetMode.DISABLED, 0),
    ],
)
def test_it_shows_what_a_plain_loop_shows(processes: int, mode: AutoresetMode, seed: Any) -> None:
    rng = random.Random(f"{mode}/{processes}")
    one = spread(processes, autoreset_mode=mode)
    other = SyncVectorEnv([maker] * COUNT, autoreset_mode=mode)
    shown: list[tuple[Any, Any]] = []
    endings = 0
    try:
        assert_same(one.reset(seed=seed), other.reset(seed=seed))
        for _ in range(20):
            step = both_step(one, other, rng)
            shown.append((step, copy.deepcopy(step)))
            ended = step[2] | step[3]
            endings += int(ended.sum())
            mask = ended if mode is AutoresetMode.DISABLED else np.arange(COUNT) == rng.randrange(9)
            if mask.any():
                fresh, twin = (env.reset(options={"reset_mask": mask}) for env in (one, other))
                assert_same(fresh, twin)
                shown.append((fresh, copy.deepcopy(fresh)))
        assert endings > 3
        for kept, copied in shown:
            assert_same(kept, copied)
    finally:
        one.close()
        other.close()


@pytest.mark.parametrize("processes", [1, 2])
def test_whole_deliveries_end_with_the_same_results(processes: int) -> None:
    actions = [play(make(seed=None), "reference", seed=9 + i).actions for i in range(COUNT)]
    one, other = spread(processes), SyncVectorEnv([maker] * COUNT)
    try:
        for _ in range(2):
            options = {"trap": "none", "reward": "dense"}
            assert_same(
                one.reset(seed=9, options=options), other.reset(seed=9, options=dict(options))
            )
            for moment in zip(*actions, strict=True):
                ours, theirs = one.step(moment), other.step(moment)
                assert_same(ours, theirs)
            assert ours[2].all()
            assert ours[4]["result"]["reward"].tolist() == [1.0] * COUNT
    finally:
        one.close()
        other.close()


@pytest.mark.parametrize("processes", [1, 2])
def test_attributes_are_reached_and_set(processes: int) -> None:
    venv = spread(processes, autoreset_mode="SameStep")
    try:
        assert venv.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
        venv.reset(seed=4)
        assert venv.np_random_seed == tuple(range(4, 4 + COUNT))
        assert len({generator.random() for generator in venv.np_random}) == COUNT
        venv.set_attr("note", 7)
        assert venv.get_attr("note") == (7,) * COUNT
        venv.set_attr("note", list(range(COUNT)))
        assert venv.get_attr("note") == tuple(range(COUNT))
        assert {answer.reward for answer in venv.call("give_up")} == {0.0}
        with pytest.raises(UsageError, match="takes 5 values"):
            venv.set_attr("note", [1, 2])
        with pytest.raises(UsageError, match="step is called directly"):
            venv.call("step", None)
        with pytest.raises(AttributeError, match="no_such_thing"):
            venv.get_attr("no_such_thing")
        # Such a mistake costs nothing.
        assert venv.step([look("read_ticket")] * COUNT)[0]["stage"] == ("intake",) * COUNT
    finally:
        venv.close()


def test_every_environment_is_rendered() -> None:
    venv = DeliveryVectorEnv(partial(maker, render_mode="ansi"), 3, processes=2)
    try:
        venv.reset(seed=1)
        assert venv.render_mode == "ansi"
        assert len(set(venv.render())) == 3
    finally:
        venv.close()


@pytest.mark.parametrize("processes", [1, 2])
def test_what_does_not_fit_is_refused_and_nothing_is_lost(processes: int) -> None:
    venv = spread(processes, autoreset_mode=AutoresetMode.DISABLED)
    try:
        venv.reset(seed=1)
        for actions in ([None] * 4, {"tool": "read_ticket"}, "abcde"):
            with pytest.raises(UsageError, match="sequence of 5 actions"):
                venv.step(actions)
        with pytest.raises(UsageError, match="takes 5 seeds"):
            venv.reset(seed=[1, 2])
        for mask in ([True] * 5, np.ones(4, bool), np.ones(5), np.zeros(5, bool)):
            with pytest.raises(UsageError, match="reset_mask is a bool array"):
                venv.reset(options={"reset_mask": mask})
        venv.step([{"tool": "submit_intake", "arguments": REFUSAL}, *["{}"] * 4])
        with pytest.raises(UsageError, match=r"environments \[0\] have ended"):
            venv.step([None] * 5)
        assert not venv.closed
    finally:
        venv.close()
    with pytest.raises(ClosedEnvironmentError, match="make it anew"):
        venv.reset()
    with pytest.raises(UsageError, match="1 or more"):
        DeliveryVectorEnv(maker, 0, processes=1)


@pytest.mark.parametrize("processes", [1, 2])
def test_factored_deliveries_are_one_array(processes: int) -> None:
    options = {"split": "held_back", "reward": "dense"}
    one = gym.make_vec("FDEFactored-v0", num_envs=3, processes=processes, **options)
    other = gym.make_vec("FDEFactored-v0", num_envs=3, vectorization_mode="sync", **options)
    tickets = one.get_attr("ticket_ids")[0]
    try:
        wanted = {"ticket": tickets[0]}
        assert_same(one.reset(seed=1, options=wanted), other.reset(seed=1, options=wanted))
        one.action_space.seed(1)
        for _ in range(12):
            masks = one.call("action_masks")
            assert len({mask.shape for mask in masks}) == 1
            actions = one.action_space.sample()
            ours, theirs = one.step(actions), other.step(actions)
            assert_same(ours, theirs)
            assert ours[0].shape == one.observation_space.shape
            assert one.observation_space.contains(ours[0])
            if (ours[2] | ours[3]).any():
                assert_same(one.reset(options=wanted), other.reset(options=wanted))
    finally:
        one.close()
        other.close()
