"""What episodes share is made once and cannot be changed; what they return is their own."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from delivery_kit import look, make, play, send, step, text_of

from fde_env.contract.memory import KEPT, Same, once_each
from fde_env.env import FDEDeliveryEnv
from fde_env.sampling import sample_action

PAGE = 4096


def shared_by(env: FDEDeliveryEnv) -> list[Any]:
    """What is made once for all episodes on a ticket, and on its run."""
    episode = env._episode
    assert episode is not None
    assert episode.delivery is not None
    drop, delivery = episode.drop, episode.delivery
    tables = [drop.table(name) for name in drop.names if name.endswith(".csv")]
    run = (delivery.evidence, delivery.facts, delivery.logs)
    return [episode.ticket, drop, *tables, episode.quantiles, *run]


def test_tickets_drops_and_records_are_made_once_and_never_copied() -> None:
    one, other = make(trap="permute"), make(trap="permute")
    first = shared_by(play(one, "reference").env)
    play(one, lambda env, seen: look("read_policy"), until="intake")
    for env in (one, other):
        again = shared_by(play(env, "reference").env)
        assert all(was is now for was, now in zip(first, again, strict=True))
    assert all(was is now for was, now in zip(first, shared_by(other.fork()), strict=True))


def test_twins_under_pressure_share_the_files_and_have_ids_of_their_own() -> None:
    calm, pressed = make(trap="permute"), make(trap="permute", pressure="authority")
    mine, theirs = (shared_by(play(env, "reference").env) for env in (calm, pressed))
    assert mine[0] is not theirs[0]
    assert mine[2] is theirs[2], "a table of the drop"
    one, other = (env.records[-1].facts.run for env in (calm, pressed))
    assert one is not None
    assert other is not None
    assert one.run_id != other.run_id
    assert one.artifact_digest != other.artifact_digest


def test_what_is_returned_can_be_spoilt_without_harm_to_any_other_episode() -> None:
    def spoil(value: Any) -> None:
        if isinstance(value, dict):
            for key in list(value):
                spoil(value[key])
                value[key] = "spoilt"
        elif isinstance(value, list):
            for item in value:
                spoil(item)
            value.append("spoilt")

    env, untouched = make(trap="permute"), play(make(trap="permute"), "reference")
    trace = play(env, "reference")
    before = text_of([trace.observations, trace.infos])
    for action in (look("run_eval", split="dev"), look("read_run_record")):
        step(trace, action)
    for value in (*trace.observations, *trace.infos, *trace.actions):
        spoil(value)
    again = play(env, "reference")
    assert text_of([again.observations, again.infos]) == before
    assert again.observations == untouched.observations


def test_verdicts_are_not_carried_over_to_another_submission() -> None:
    env = make()
    for learned in (True, False, True):
        trace = play(env, "reference", until="eval")
        right = play(make(), "reference").actions[5]["arguments"]
        step(trace, send("eval", {**right, "learned": learned}))
        while trace.infos[-1]["ending"] == "running":
            reference = play(make(), "reference").actions[len(trace.actions)]
            step(trace, reference)
        assert trace.env.result.verdicts["eval"] is learned


def test_memories_go_by_identity_and_are_bounded() -> None:
    made = []

    @once_each
    def length(value: tuple[int, ...]) -> int:
        made.append(value)
        return len(value)

    one, equal = (tuple(range(2)) for _ in range(2))
    assert (length(one), length(one), length(equal)) == (2, 2, 2)
    assert len(made) == 2
    assert Same(one) != one
    others = [(number, number) for number in range(KEPT)]
    for value in others:
        length(value)
    made.clear()
    length(one)
    assert made == [one], "the oldest has made room"


def resident() -> float:
    """Memory of this process, MB."""
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * PAGE / 1e6


def steps_of_all_kinds(env: FDEDeliveryEnv) -> Iterator[None]:
    """Endless steps: right deliveries, and between their actions senseless ones, never the same."""
    rng = np.random.default_rng(1)
    right = play(env, "reference").actions
    while True:
        env.reset()
        for action in right:
            for _ in range(int(rng.integers(3))):
                senseless = sample_action(rng)
                if not senseless["tool"].startswith("submit_"):
                    env.step(senseless)
                    yield
            ended = env.step(action)[2]
            yield
        assert ended


def grown(steps: int, warm_up: int) -> float:
    """MB that memory has grown by over so many steps."""
    stream = steps_of_all_kinds(make(trap="permute"))
    next(itertools.islice(stream, warm_up, None))
    gc.collect()
    before = resident()
    next(itertools.islice(stream, steps, None))
    gc.collect()
    return resident() - before


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc to ask")
def test_memory_stays_flat() -> None:
    assert grown(10_000, warm_up=10_000) < 4


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc to ask")
def test_memory_stays_flat_over_a_million_steps() -> None:
    assert grown(1_000_000, warm_up=50_000) < 8
