"""Whatever happens to a job or to its host, nothing of it stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from fde_env.errors import SandboxFailed
from fde_env.sandbox.base import Limits, Sandbox

HOST = """
import sys, time
from pathlib import Path
from fde_env.sandbox.base import Launch, Limits
from fde_env.sandbox.choose import make_backend
name, folder, mark = sys.argv[1:]
given, left, base = (Path(folder, n) for n in ("in", "out", "base"))
job = make_backend(name).start(Launch(
    "fde_containers.selfcheck", given, left, base, Limits(256, 1.0, 32, 60.0),
    ("--attack", "sleep", "--names", mark),
))
time.sleep(60)
"""


def test_a_job_stopped_in_the_middle_leaves_no_process(jobs: Any, gone: Any, alive: Any) -> None:
    job = jobs.start("--attack", "sleep")
    job.wait_until_inside()
    assert len(alive(job.mark)) >= 4  # the job and its three children
    job.process.stop()
    assert gone(job.mark, 0.0) == []
    assert job.process.outcome().code == 137
    assert not job.process.outcome().timed_out


def test_stop_asks_first(jobs: Any) -> None:
    job = jobs.start("--attack", "polite")
    job.wait_until_inside()
    job.process.stop()
    assert job.process.outcome().code == 3
    assert (job.folder / "out" / "left").read_text() == "on SIGTERM"


def test_stop_twice_and_after_the_end_is_harmless(jobs: Any) -> None:
    job = jobs.start("--attack", "echo", "--seconds", "0")
    assert job.process.wait(20) == 0
    job.process.stop()
    job.process.stop()
    assert job.process.poll() == 0


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.01, 0.03])
def test_a_job_stopped_while_it_starts_leaks_nothing(jobs: Any, gone: Any, delay: float) -> None:
    job = jobs.start("--attack", "sleep")
    time.sleep(delay)
    job.process.stop()
    assert gone(job.mark, 0.0) == []
    time.sleep(0.1)  # a leaked sandbox would come up only now
    assert gone(job.mark, 0.0) == []


def test_the_wall_clock_ends_a_job_that_nobody_watches(jobs: Any, gone: Any) -> None:
    job = jobs.start("--attack", "sleep", limits=Limits(256, 1.0, 32, 1.0))
    assert gone(job.mark, 10.0) == []
    assert job.process.wait(5) is not None
    assert job.process.outcome().timed_out


def test_waiting_can_run_out_of_time(jobs: Any) -> None:
    job = jobs.start("--attack", "polite")
    began = time.monotonic()
    assert job.process.wait(0.3) is None
    assert 0.2 < time.monotonic() - began < 3.0
    with pytest.raises(SandboxFailed, match="still runs"):
        job.process.outcome()


def test_a_job_dies_with_its_host(backend: Sandbox, tmp_path: Path, gone: Any, alive: Any) -> None:
    mark = f"mark-{os.getpid()}-{backend.name}"
    for name in ("in", "out", "base"):
        (tmp_path / name).mkdir()
    host = subprocess.Popen([sys.executable, "-c", HOST, backend.name, str(tmp_path), mark])
    try:
        deadline = time.monotonic() + 30
        while not (tmp_path / "out" / "sleeping").exists():
            assert host.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert alive(mark)
    finally:
        host.send_signal(signal.SIGKILL)
        host.wait()
    assert gone(mark) == []


def test_a_job_outlives_the_thread_that_asked_for_it(jobs: Any) -> None:
    started = []
    thread = threading.Thread(target=lambda: started.append(jobs.start("--attack", "polite")))
    thread.start()
    thread.join()
    started[0].wait_until_inside()
    time.sleep(0.3)
    assert started[0].process.poll() is None


def test_two_jobs_at_once_do_not_share_an_end(jobs: Any) -> None:
    first = jobs.start("--attack", "polite")
    second = jobs.start("--attack", "polite")
    second.wait_until_inside()
    first.process.stop()
    time.sleep(0.2)
    assert second.process.poll() is None


def test_asking_whether_a_job_runs_costs_next_to_nothing(jobs: Any) -> None:
    # A host that tails a run asks hundreds of times a second, on the cores that train.
    job = jobs.start("--attack", "polite")
    job.wait_until_inside()
    began = time.process_time()
    for _ in range(1000):
        assert job.process.poll() is None
    assert time.process_time() - began < 0.1
