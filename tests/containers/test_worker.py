"""A warm worker gives the bits of a cold start, and one job leaves nothing to the next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from containers_kit import JobFolder, host

from fde_containers.execute import EXIT_BAD_JOB, EXIT_DONE

Make = Callable[..., JobFolder]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


class Worker:
    """A worker process, asked and answered a line at a time."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fde_containers.worker", "--threads", "1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(),
        )
        assert self.answer() == {"ready": True}

    def answer(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def ask(self, line: str) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def run(self, job: JobFolder, base: Path) -> int:
        places = {"input": str(job.inbox), "output": str(job.outbox), "base": str(base)}
        with host(job):
            answer = self.ask(json.dumps(places))
        assert answer["output"] == str(job.outbox)
        return int(answer["exit_status"])


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    served = Worker()
    yield served
    assert served.process.stdin is not None
    served.process.stdin.close()
    assert served.process.wait(20) == 0


def cold(job: JobFolder, base: Path) -> None:
    command = [sys.executable, "-m", "fde_containers.main", "--base", str(base)]
    command += ["--input", str(job.inbox), "--output", str(job.outbox)]
    with host(job):
        subprocess.run(command, check=True, env=environment(), stderr=subprocess.DEVNULL)


def bits(job: JobFolder) -> tuple[Any, ...]:
    steps = [(e["step"], e["loss"], e["grad_norm"]) for e in job.events("step")]
    checks = [job.out(path.name)["predictions"] for path in sorted(job.outbox.glob("probe-*"))]
    return job.out("done.json")["artifact_digest"], job.out("predictions.json"), steps, checks


def test_warm_equals_cold_to_the_last_bit(worker: Worker, job_folder: Make, base: Path) -> None:
    first, other, again, fresh = (
        job_folder(config={"seed": seed, "max_steps": 4}) for seed in (3, 9, 3, 3)
    )
    for job in (first, other, again):
        assert worker.run(job, base) == EXIT_DONE
    cold(fresh, base)
    assert bits(first) == bits(fresh)
    assert bits(again) == bits(fresh), "the job in between must leave nothing behind"
    assert bits(other) != bits(fresh)


def test_a_bad_job_or_line_does_not_end_the_worker(
    worker: Worker, job_folder: Make, base: Path
) -> None:
    assert worker.run(job_folder(labels=[]), base) == EXIT_BAD_JOB
    assert worker.ask("not json")["exit_status"] == EXIT_BAD_JOB
    assert worker.run(job_folder(probe=None, config={"max_steps": 1}), base) == EXIT_DONE


def test_a_killed_job_does_not_end_the_worker(worker: Worker, job_folder: Make, base: Path) -> None:
    job = job_folder(config={"max_steps": 50})
    places = {"input": str(job.inbox), "output": str(job.outbox), "base": str(base)}

    def kill_child() -> None:
        while not (job.outbox / "frozen-0001.json").exists():
            pass
        children = Path(f"/proc/{worker.process.pid}/task/{worker.process.pid}/children")
        os.kill(int(children.read_text().split()[0]), 9)

    killer = threading.Thread(target=kill_child, daemon=True)
    killer.start()
    assert worker.ask(json.dumps(places))["exit_status"] == -9
    assert not (job.outbox / "done.json").exists()
    assert worker.run(job_folder(probe=None, config={"max_steps": 1}), base) == EXIT_DONE
