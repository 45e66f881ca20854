"""What a job leaves behind is read without trusting it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fde_env.errors import SandboxFailed, UsageError
from fde_env.sandbox.base import Launch
from fde_env.sandbox.folders import (
    check_folders,
    own_folder,
    read_output,
    read_output_in,
    stale_paths,
)


def test_a_plain_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert read_output(tmp_path / "a", 3) == b"abc"


def test_one_byte_too_many_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(SandboxFailed, match="more than 3 bytes"):
        read_output(tmp_path / "a", 3)


def test_a_missing_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_output(tmp_path / "a", 3)


def test_a_link_is_refused_even_to_a_harmless_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(SandboxFailed):
        read_output(tmp_path / "b", 3)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SandboxFailed, match="regular"):
        read_output(tmp_path / "pipe", 3)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(SandboxFailed):
        read_output(tmp_path / "a", 3)


def test_a_file_in_a_folder_of_the_job_is_read(tmp_path: Path) -> None:
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "a").write_bytes(b"abc")
    assert read_output_in(tmp_path, "adapter/a", 3) == b"abc"


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "a").write_bytes(b"abc")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "adapter").symlink_to(tmp_path / "host")
    with pytest.raises(SandboxFailed, match="adapter"):
        read_output_in(tmp_path / "out", "adapter/a", 3)


@pytest.mark.parametrize("relative", ["../a", "/etc/passwd", "adapter/../../a", ""])
def test_a_path_that_leaves_the_output_is_refused(tmp_path: Path, relative: str) -> None:
    with pytest.raises(UsageError):
        read_output_in(tmp_path, relative, 3)


def _launch(folder: Path) -> Launch:
    for name in ("in", "out", "base"):
        (folder / name).mkdir(exist_ok=True)
    return Launch("m", folder / "in", folder / "out", folder / "base")


def test_a_base_that_links_out_is_refused(tmp_path: Path) -> None:
    launch = _launch(tmp_path)
    (tmp_path / "blob").write_text("weights")
    (tmp_path / "base" / "model.safetensors").symlink_to(tmp_path / "blob")
    with pytest.raises(UsageError, match="copy the base"):
        check_folders(launch)


def test_a_base_that_links_within_itself_is_taken(tmp_path: Path) -> None:
    launch = _launch(tmp_path)
    (tmp_path / "base" / "blob").write_text("weights")
    (tmp_path / "base" / "model.safetensors").symlink_to("blob")
    check_folders(launch)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    launch = _launch(tmp_path)
    (tmp_path / "out").rmdir()
    with pytest.raises(UsageError, match="out is not a folder"):
        check_folders(launch)


def test_what_a_killed_host_left_is_removed_and_what_a_living_one_holds_is_not(
    tmp_path: Path,
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    stale, mine, other = (
        tmp_path / f"fde-{dead.pid}-stage-a",
        tmp_path / f"fde-{os.getpid()}-stage-b",
        tmp_path / "fde-engine-1",
    )
    for folder in (stale, mine, other):
        folder.mkdir()
    made = own_folder("stage", str(tmp_path))
    assert sorted(tmp_path.iterdir()) == sorted([mine, other, made])


def test_a_folder_that_another_process_removes_meanwhile_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two workers sweep at the same time: the one finds what the other has just removed.
    gone = tmp_path / f"fde-{2**22 + 1}-work-gone"
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter([gone]))
    assert list(stale_paths(tmp_path)) == []
