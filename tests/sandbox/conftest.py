"""One self-check job inside a real sandbox, for every isolated backend that can run here.

With FDE_REQUIRE_DOCKER=1 (as CI sets it) a backend that cannot run is a failure, not a skip.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sandbox_kit import require

from fde_env.sandbox.base import Exit, Launch, Limits, Process, Sandbox
from fde_env.sandbox.doctor import MODULE, run_probe

ISOLATED = [
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
]
SMALL = Limits(memory_mib=256, cpus=1.0, pids=32, wall_seconds=60.0)


@pytest.fixture(params=ISOLATED)
def backend(request: pytest.FixtureRequest) -> Sandbox:
    return require(request.param)


@pytest.fixture
def docker_backend() -> Sandbox:
    return require("docker")


@pytest.fixture
def bubblewrap_backend() -> Sandbox:
    return require("bubblewrap")


@dataclass
class Job:
    """A started self-check with a mark in its command line, by which /proc is searched."""

    process: Process
    folder: Path
    mark: str

    def wait_until_inside(self, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not (self.folder / "out" / "sleeping").exists():
            assert self.process.poll() is None, self.process.outcome()
            assert time.monotonic() < deadline, "the job never said that it runs"
            time.sleep(0.01)


@dataclass
class Starter:
    backend: Sandbox
    folder: Path
    jobs: list[Job] = field(default_factory=list)

    def start(self, *arguments: str, limits: Limits = SMALL) -> Job:
        mark = f"mark-{secrets.token_hex(8)}"
        folder = self.folder / mark
        for name in ("in", "out", "base"):
            (folder / name).mkdir(parents=True)
        launch = Launch(
            MODULE,
            *(folder / name for name in ("in", "out", "base")),
            limits=limits,
            arguments=(*arguments, "--names", mark),
        )
        job = Job(self.backend.start(launch), folder, mark)
        self.jobs.append(job)
        return job

    def run(self, *arguments: str, limits: Limits = SMALL) -> tuple[Exit, dict[str, Any]]:
        return run_probe(self.backend, self.folder / secrets.token_hex(8), arguments, limits)


@pytest.fixture
def jobs(backend: Sandbox, tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(backend, tmp_path)
    yield starter
    for job in starter.jobs:
        job.process.stop()


def living(mark: str) -> list[str]:
    """Command lines of the host's processes that carry the mark, those in sandboxes too."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if mark.encode() in line:
            found.append(f"{path.parent.name} {line.decode(errors='replace')}")
    return found


@pytest.fixture
def gone() -> Callable[[str], list[str]]:
    """Wait up to 10 s until no process carries the mark; those that still do."""

    def wait(mark: str, seconds: float = 10.0) -> list[str]:
        deadline = time.monotonic() + seconds
        while (left := living(mark)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    return wait


@pytest.fixture
def alive() -> Callable[[str], list[str]]:
    return living
