"""The output folder's limit: attacked in every backend, and how the host counts."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from sandbox_kit import require

from fde_env.sandbox.base import Launch, Limits, Sandbox
from fde_env.sandbox.doctor import MODULE
from fde_env.sandbox.output_limit import DEEPEST, LEAST_BYTES, used_bytes

MIB = 1 << 20
LIMITED = Limits(memory_mib=256, cpus=1.0, pids=32, wall_seconds=60.0, output_mib=8)
ENOUGH = 1 << 40


@pytest.fixture(
    params=[
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
        "subprocess",
    ]
)
def backend(request: pytest.FixtureRequest) -> Sandbox:
    """The unisolated one too: a full disk is the host's trouble wherever the job runs."""
    return require(request.param)


def test_one_file_stops_at_the_limit_and_the_job_is_found_out(jobs: Any) -> None:
    job = jobs.start("--attack", "fill", "--mib", "64", limits=LIMITED)
    job.process.wait(30)
    assert (job.folder / "out" / "big").stat().st_size == 8 * MIB
    ended = job.process.outcome()
    assert (ended.overfull, ended.timed_out, ended.oom) == (True, False, False)


def test_many_small_files_end_the_job(jobs: Any, gone: Any) -> None:
    began = time.monotonic()
    job = jobs.start("--attack", "litter", "--files", "300", limits=LIMITED)
    job.process.wait(30)
    ended = job.process.outcome()
    assert (ended.overfull, ended.timed_out, ended.oom) == (True, False, False)
    assert ended.code == 137, "killed, not asked"
    assert time.monotonic() - began < 20, "long before its wall clock"
    assert gone(job.mark, 1.0) == []


def test_a_job_within_the_limit_is_left_alone(jobs: Any) -> None:
    attacks = ("--attack", "fill", "--mib", "4", "--attack", "litter", "--files", "20")
    ended, seen = jobs.run(*attacks, "--seconds", "1.5", limits=LIMITED)
    assert (ended.code, ended.overfull) == (0, False)
    assert seen["fill"] == {"written_bytes": 4 * MIB, "refused": ""}


def test_the_record_says_what_watches_and_what_the_kernel_holds(jobs: Any) -> None:
    job = jobs.start("--attack", "echo", "--seconds", "0", limits=LIMITED)
    told = dict(job.process.limits_in_force())["output"]
    assert told == "8 MiB by the host, which looks every 1 s; each file by rlimit"


def test_a_host_without_prlimit_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fde_env.sandbox.subprocess_backend.shutil.which", lambda _name: None)
    for name in ("in", "out", "base"):
        (tmp_path / name).mkdir()
    folders = (tmp_path / name for name in ("in", "out", "base"))
    job = require("subprocess").start(Launch(MODULE, *folders, LIMITED, ("--attack", "identity")))
    job.wait(30)
    told = dict(job.limits_in_force())["output"]
    assert told.endswith("each file by nothing (prlimit is missing)")


# How the host counts


def test_empty_files_and_folders_are_not_free(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / str(number)).touch()
    (tmp_path / "folder").mkdir()
    assert used_bytes(tmp_path, ENOUGH) == 11 * LEAST_BYTES


def test_what_is_on_disk_counts_also_in_folders_and_holes_do_not(tmp_path: Path) -> None:
    deeper = tmp_path / "a" / "b"
    deeper.mkdir(parents=True)
    (deeper / "full").write_bytes(os.urandom(2 * MIB))
    with (deeper / "holes").open("wb") as file:
        file.truncate(64 * MIB)
    assert 2 * MIB <= used_bytes(tmp_path, ENOUGH) < 3 * MIB


def test_counting_stops_at_enough(tmp_path: Path) -> None:
    (tmp_path / "full").write_bytes(os.urandom(2 * MIB))
    assert used_bytes(tmp_path, MIB) == MIB


def test_a_link_is_counted_and_never_followed(tmp_path: Path) -> None:
    elsewhere, out = tmp_path / "host", tmp_path / "out"
    elsewhere.mkdir()
    out.mkdir()
    (elsewhere / "large").write_bytes(os.urandom(4 * MIB))
    (out / "folder").symlink_to(elsewhere)
    (out / "file").symlink_to(elsewhere / "large")
    assert used_bytes(out, ENOUGH) == 2 * LEAST_BYTES
    assert used_bytes(out / "folder", ENOUGH) == ENOUGH, "the folder itself is no link"


def test_folders_too_deep_to_count_are_too_much(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(DEEPEST):
        folder /= "d"
        folder.mkdir()
    assert used_bytes(tmp_path, ENOUGH) == DEEPEST * LEAST_BYTES
    (folder / "d").mkdir()
    assert used_bytes(tmp_path, ENOUGH) == ENOUGH


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is shut to root")
def test_a_folder_shut_to_the_host_is_too_much(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0)
    assert used_bytes(tmp_path, ENOUGH) == ENOUGH
    shut.chmod(0o755)


def test_nothing_there_is_nothing_used_and_no_file_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert used_bytes(tmp_path / "none", ENOUGH) == 0
    for _ in range(50):
        used_bytes(tmp_path, ENOUGH)
        used_bytes(tmp_path, 1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
