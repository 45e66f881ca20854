"""What only bubblewrap has to take care of: staging, and hosts without control groups."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from fde_env.errors import BackendUnavailable
from fde_env.sandbox.base import Launch, Sandbox

pytestmark = pytest.mark.bubblewrap


@pytest.fixture
def backend(bubblewrap_backend: Sandbox) -> Sandbox:
    return bubblewrap_backend


@pytest.fixture
def bare(jobs: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As on a host that may not make control groups: only limits of the processes."""
    monkeypatch.setattr("fde_env.sandbox.bubblewrap.create_group", lambda _: None)
    return jobs


def test_memory_is_held_without_a_control_group(bare: Any) -> None:
    ended, _ = bare.run("--attack", "memory", "--mib", "600")
    assert ended.oom
    assert ended.code != 0


def test_forks_are_held_without_a_control_group(bare: Any) -> None:
    ended, seen = bare.run("--attack", "forks", "--forks", "500")
    assert ended.code == 0
    assert seen["forks"]["refused"] == "EAGAIN"
    assert seen["forks"]["made"] <= 32


def test_the_record_says_what_holds_instead(bare: Any) -> None:
    told = dict(bare.start("--attack", "echo", "--seconds", "0").process.limits_in_force())
    assert "rlimit" in told["memory"]
    assert "rlimit" in told["pids"]


def test_a_job_stopped_in_the_middle_leaves_no_process(bare: Any, gone: Any) -> None:
    job = bare.start("--attack", "sleep")
    job.wait_until_inside()
    job.process.stop()
    assert gone(job.mark, 1.0) == []


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.01])
def test_a_job_stopped_while_it_starts_leaks_nothing(bare: Any, gone: Any, delay: float) -> None:
    job = bare.start("--attack", "sleep")
    time.sleep(delay)
    job.process.stop()
    time.sleep(0.2)  # a leaked sandbox would come up only now
    assert gone(job.mark, 1.0) == []


def test_nothing_of_a_job_stays_in_control_groups_or_temporary_folders(
    jobs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The folder for temporary files is shut to other users here, as some distributions have it.
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    job = jobs.start("--attack", "polite")
    job.wait_until_inside()
    held = job.process._hooks.clean.__self__
    folders = (held._stage, *(held._group.folders if held._group else ()))
    assert all(folder.is_dir() for folder in folders)
    job.process.stop()
    assert [folder for folder in folders if folder.exists()] == []


def test_a_gpu_that_is_not_there_is_refused(backend: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailable, match="no GPU to give"):
        backend.start(Launch("fde_containers.main", tmp_path, tmp_path, tmp_path, gpus=999))
