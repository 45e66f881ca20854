"""Processes end with whoever needs them, and what goes wrong in one is said by the parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from delivery_kit import SMOKE, STORE, look, make, play
from gymnasium.error import ClosedEnvironmentError
from process_kit import alive, born, descendants, wait_for
from vector_kit import Toy

from fde_env.env import FDEDeliveryEnv
from fde_env.errors import InfrastructureError, ReplayMiss, UsageError
from fde_env.runs.store import Store
from fde_env.vector import DeliveryVectorEnv

KIT = Path(__file__).parents[1] / "kit"
PROMPT = 10.0
"""Seconds; every step of the toys that sleep takes ten minutes."""


@contextmanager
def opened(maker: Any, count: int, processes: int) -> Iterator[tuple[DeliveryVectorEnv, list[Any]]]:
    """A vector environment that has been reset, and its processes."""
    venv = DeliveryVectorEnv(maker, count, processes=processes)
    try:
        venv.reset(seed=0)
        pids = [process.pid for process in venv.processes]
        yield venv, [(pid, born(pid)) for pid in pids if pid is not None]
    finally:
        venv.close(terminate=True)


@pytest.mark.parametrize("moment", ["idle", "busy"])
def test_the_death_of_a_process_is_reported_and_ends_the_others(moment: str) -> None:
    with opened(Toy, 5, 3) as (venv, processes):
        victim = processes[0][0]
        if moment == "busy":
            threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
            # The other one sleeps for long; the death of the first is seen all the same.
            actions = [0, *["sleep"] * 4]
        else:
            os.kill(victim, signal.SIGKILL)
            actions = [0] * 5
        start = time.monotonic()
        with pytest.raises(InfrastructureError, match=r"died \(SIGKILL\).*environments 1 to 2"):
            venv.step(actions)
        assert time.monotonic() - start < PROMPT
        assert not alive(processes)
        assert venv.closed
        with pytest.raises(ClosedEnvironmentError):
            venv.step([0] * 5)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_missing_run_is_raised_as_what_it_is(processes: int) -> None:
    maker = partial(FDEDeliveryEnv, store=Store(STORE), execution="replay", **SMOKE)
    actions = play(make(), "reference", until="train").actions
    with opened(maker, 3, processes) as (venv, pids):
        env, options = maker(), {"data_seed": 2}
        env.reset(options=options)
        venv.reset(options=options)
        for action in actions:
            env.step(action)
            venv.step([look("read_ticket"), look("read_ticket"), action])
        train = {"tool": "submit_train", "arguments": {"command": "start"}}
        with pytest.raises(ReplayMiss) as here:
            env.step(train)
        with pytest.raises(ReplayMiss) as there:
            venv.step([look("read_ticket"), look("read_ticket"), train])
        assert str(there.value) == str(here.value)
        assert there.value.own_fault == here.value.own_fault
        assert type(there.value) is ReplayMiss
        assert venv.closed
        assert not alive(pids)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_wrong_option_is_the_callers_mistake(processes: int) -> None:
    maker = partial(FDEDeliveryEnv, store=Store(STORE), execution="replay", **SMOKE)
    with (
        opened(maker, 2, processes) as (venv, _),
        pytest.raises(UsageError, match="unknown option 'trapp'"),
    ):
        venv.reset(options={"trapp": "none"})


def test_an_exception_that_cannot_be_sent_is_told_in_words() -> None:
    with (
        opened(Toy, 2, 2) as (venv, _),
        pytest.raises(RuntimeError, match="Stubborn: 1 and 2") as error,
    ):
        venv.step([0, "local"])
    assert "in step" in "".join(error.value.__notes__)


def test_a_result_that_cannot_be_sent_is_refused_and_nothing_is_lost() -> None:
    with opened(Toy, 2, 2) as (venv, _):
        with pytest.raises(UsageError, match="cannot leave its process"):
            venv.call("own")
        assert venv.step([0, 0])[1].tolist() == [1.0, 1.0]


def test_close_ends_every_process_and_may_be_repeated() -> None:
    with opened(Toy, 4, 3) as (venv, processes):
        assert len(alive(processes)) == 2
        venv.close()
        assert not alive(processes)
        venv.close()
    venv = DeliveryVectorEnv(Toy, 2, processes=2)
    venv.reset()
    forgotten = [(process.pid, born(process.pid or 0) or "") for process in venv.processes]
    del venv
    assert not alive([(pid or 0, birth) for pid, birth in forgotten])


SCRIPT = """
import subprocess, sys
sys.path.insert(0, {kit!r})
from vector_kit import Toy
from fde_env.vector import DeliveryVectorEnv

if __name__ == "__main__":
    # Ends when every copy of its input is closed, as the watchdog of a container does.
    watcher = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    one = DeliveryVectorEnv(Toy, 3, processes=3)
    two = DeliveryVectorEnv(Toy, 3, processes=3)
    one.reset(seed=0), two.reset(seed=0)
    print("ready", flush=True)
    one.step({actions!r})
"""


@contextmanager
def script(actions: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """A process of its own group that is in the middle of a step, and all below it."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(kit=str(KIT), actions=actions)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        below = descendants(process.pid)
        try:
            yield process, below
        finally:
            process.kill()
            for pid, _ in alive(below):
                os.kill(pid, signal.SIGKILL)


AT_WORK = pytest.mark.parametrize(
    "actions", [["sleep", 0, 0], [0, 0, "sleep"]], ids=["parent", "child"]
)


def test_processes_may_be_spawned(monkeypatch: pytest.MonkeyPatch) -> None:
    spawned = partial(multiprocessing.get_context, "spawn")
    monkeypatch.setattr(multiprocessing, "get_context", spawned)
    with opened(Toy, 3, 2) as (venv, processes):
        assert venv.step([0, 0, 1])[1].tolist() == [1.0] * 3
        os.kill(processes[0][0], signal.SIGKILL)
        with pytest.raises(InfrastructureError, match="died"):
            venv.step([0, 0, 0])


@AT_WORK
def test_a_killed_parent_leaves_nothing_behind_not_even_what_waits_for_its_end(
    actions: list[Any],
) -> None:
    with script(actions) as (process, below):
        assert len(below) == 5
        process.kill()
        assert wait_for(lambda: not alive(below), PROMPT)


@AT_WORK
def test_an_interrupt_from_the_keyboard_ends_all_quietly(actions: list[Any]) -> None:
    with script(actions) as (process, below):
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=PROMPT)
        assert wait_for(lambda: not alive(below), PROMPT)
    assert errors.count("Traceback") == 1
    assert "KeyboardInterrupt" in errors
