"""A worker's job as the host sees it: how it ends, and what a hostile folder cannot do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fde_env.errors import SandboxFailed
from fde_env.runs.outbox import Outbox
from fde_env.runs.warm import WarmProcess, WarmWorker
from fde_env.sandbox.base import BackendStatus, Exit, Launch, Limits


@dataclass
class IdleSandbox:
    """A backend that starts nothing and remembers what it was asked to start."""

    name: str = "idle"
    launches: list[Launch] = field(default_factory=list)

    def status(self) -> BackendStatus:
        return BackendStatus(self.name, True, False, "", "")

    def start(self, launch: Launch) -> IdleProcess:
        self.launches.append(launch)
        return IdleProcess()


@dataclass
class IdleProcess:
    code: int | None = None

    def poll(self) -> int | None:
        return self.code

    def wait(self, timeout: float | None = None) -> int | None:
        return self.code

    def stop(self) -> None:
        self.code = 143 if self.code is None else self.code

    def limits_in_force(self) -> tuple[tuple[str, str], ...]:
        return (("memory", "1 MiB"), ("wall", "for ever"))

    def outcome(self) -> Exit:
        return Exit(self.code or 0, False, None, "the worker's last words")


@pytest.fixture
def worker(tmp_path: Path) -> WarmWorker:
    return WarmWorker(IdleSandbox(), Limits(wall_seconds=5.0), 0, tmp_path / "w")


def launches(worker: WarmWorker) -> list[Launch]:
    sandbox = worker._sandbox
    assert isinstance(sandbox, IdleSandbox)
    return sandbox.launches


def test_one_sandbox_serves_one_base_and_another_base_gets_another(
    worker: WarmWorker, tmp_path: Path
) -> None:
    bases = [tmp_path / "a", tmp_path / "a", tmp_path / "b"]
    for base in bases:
        folder = worker.new_folder()
        worker.start(folder, base)
        assert (folder.input.parent / f"order-{folder.input.name}.json").is_file()
    assert [launch.base_dir for launch in launches(worker)] == [bases[0], bases[2]]
    # The second sandbox begins at the job that it was started for.
    assert launches(worker)[1].arguments == ("--first", "3")


def test_each_job_has_fresh_folders(worker: WarmWorker) -> None:
    first, second = worker.new_folder(), worker.new_folder()
    assert first != second
    (first.output / "left").write_text("x")
    assert list(second.output.iterdir()) == []
    first.remove()
    assert not first.output.exists()
    assert second.output.exists()


def ended(folder: Path, status: object) -> None:
    (folder / "ended.json").write_text(json.dumps({"exit_status": status}))


def test_a_job_ends_when_the_worker_says_so(tmp_path: Path) -> None:
    out = tmp_path / "0001"
    out.mkdir()
    worker = IdleProcess()
    process = WarmProcess(worker, out, Limits(wall_seconds=60.0))
    assert process.poll() is None
    (out / "stderr.txt").write_text("bad job")
    ended(out, -9)
    assert process.wait(1.0) == -9
    assert process.outcome().signal == 9
    assert process.outcome().stderr_tail == "bad job"
    process.stop()
    assert worker.poll() is None, "an ended job leaves its worker to the next"


def test_stopping_a_job_that_runs_ends_its_worker(tmp_path: Path) -> None:
    (tmp_path / "0001").mkdir()
    worker = IdleProcess()
    process = WarmProcess(worker, tmp_path / "0001", Limits(wall_seconds=60.0))
    process.stop()
    assert worker.poll() == process.poll() == 143
    assert process.outcome().stderr_tail == "the worker's last words"


def test_a_job_whose_time_is_up_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "0001").mkdir()
    process = WarmProcess(IdleProcess(), tmp_path / "0001", Limits(wall_seconds=0.0))
    assert process.wait(1.0) == 143
    assert process.outcome().timed_out


def test_a_job_that_filled_its_folder_between_two_looks_is_found_out(tmp_path: Path) -> None:
    out = tmp_path / "0001"
    out.mkdir()
    ended(out, 0)
    process = WarmProcess(IdleProcess(), out, Limits(output_mib=1))
    assert process.poll() == 0
    assert not process.outcome().overfull
    (out / "adapter").write_bytes(b"x" * (1 << 20))
    assert process.outcome().overfull


def test_the_record_says_that_the_sandbox_is_shared(tmp_path: Path) -> None:
    process = WarmProcess(IdleProcess(), tmp_path, Limits(wall_seconds=7.0))
    limits = dict(process.limits_in_force())
    assert limits["wall"].startswith("7 s")
    assert "shared" in limits["process"]


def test_a_link_in_the_place_of_a_job_s_folder_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "host"
    elsewhere.mkdir()
    for name in ("done.json", "log.jsonl"):
        (elsewhere / name).write_text('{"secret": 1}\n')
    (tmp_path / "0002").symlink_to(elsewhere)
    outbox = Outbox(tmp_path / "0002", 3)
    with pytest.raises(SandboxFailed):
        outbox.message("done")
    with pytest.raises(SandboxFailed):
        list(outbox.new_events())
