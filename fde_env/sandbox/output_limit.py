"""The limit on what a job may leave in its output folder.

Two things hold it. The kernel holds each file (RLIMIT_FSIZE, `man 2 setrlimit`), at once. The
folder as a whole is on the host's disk, where no quota can be set without privileges, so the host
counts it every second and kills a job that has filled it: between two looks a job can go beyond
the limit by what the disk takes in that time. Files that were unlinked and are still held open are
not found by counting; each of them is held by the kernel, all of them together are not.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fde_env.sandbox.base import Launch, Limits
from fde_env.sandbox.folders import FOLDER

LOOK_SECONDS = 1.0
REST = 10
"""A look is followed by at least so many times its own length without one."""
LEAST_BYTES = 64 << 10
"""What each entry counts at least: empty files cost inodes, and the host's time to count them."""
DEEPEST = 16
"""Folders inside one another; no run needs as many, and each costs the host an open file."""


@dataclass(frozen=True)
class OutputLimit:
    """A folder and the bytes that may lie in it."""

    folder: Path
    most_bytes: int


def output_limit(launch: Launch) -> OutputLimit:
    """The limit of a job."""
    return OutputLimit(launch.output_dir.resolve(), file_bytes(launch.limits))


def file_bytes(limits: Limits) -> int:
    """Bytes that one file may have: as many as the folder."""
    return limits.output_mib << 20


def describe_limit(limits: Limits, *, by_kernel: bool) -> tuple[str, str]:
    """The pair (limit, what enforces it) for the run record."""
    each = "each file by rlimit" if by_kernel else "each file by nothing (prlimit is missing)"
    watched = f"by the host, which looks every {LOOK_SECONDS:g} s"
    return "output", f"{limits.output_mib} MiB {watched}; {each}"


def used_bytes(folder: Path, enough: int) -> int:
    """Bytes on disk below `folder`, counted no further than `enough`.

    What a job hides from counting, in a folder too deep or shut to its host, counts as `enough`;
    so does a link in the place of the folder itself.

    Raises:
        OSError: the host itself cannot look.
    """
    try:
        return _used(os.open(folder, FOLDER | os.O_NOFOLLOW), enough, DEEPEST)
    except (PermissionError, NotADirectoryError):
        return enough
    except FileNotFoundError:
        return 0


def _used(handle: int, enough: int, levels: int) -> int:
    """Bytes below an open folder, which is closed. No link is followed, however they change."""
    total = 0
    try:
        with os.scandir(handle) as entries:
            for entry in entries:
                total += _entry_bytes(entry, handle, enough - total, levels)
                if total >= enough:
                    return enough
    finally:
        os.close(handle)
    return total


def _entry_bytes(entry: os.DirEntry[str], where: int, enough: int, levels: int) -> int:
    try:
        # Blocks, not the length: a file with holes takes less than it is long.
        own = max(LEAST_BYTES, entry.stat(follow_symlinks=False).st_blocks * 512)
        if not entry.is_dir(follow_symlinks=False):
            return own
        if levels == 0:
            return enough
        inside = os.open(entry.name, FOLDER | os.O_NOFOLLOW, dir_fd=where)
    except (FileNotFoundError, NotADirectoryError):
        return LEAST_BYTES  # it is gone, or something else stands there by now
    except PermissionError:
        return enough
    return own + _used(inside, enough - own, levels - 1)


class OutputWatch:
    """Looks at a job's output folder until the job has ended.

    Args:
        limit: the folder and what may lie in it.
        kill: ends the job at once; one that fills the disk gets no time to tidy up.
    """

    def __init__(self, limit: OutputLimit, kill: Callable[[], None]) -> None:
        self._limit, self._kill = limit, kill
        self._ended = threading.Event()
        self._overfull = False

    def start(self) -> None:
        """Look from now on, in a thread of its own."""
        threading.Thread(target=self._watch, daemon=True, name="fde-output").start()

    def end(self) -> bool:
        """Look a last time, now that the job has ended; whether the folder was filled."""
        self._ended.set()
        self._overfull = self._overfull or self._full()
        return self._overfull

    def _watch(self) -> None:
        pause = LOOK_SECONDS
        while not self._ended.wait(pause):
            began = time.monotonic()
            if self._full():
                self._overfull = True
                self._kill()
                return
            pause = max(LOOK_SECONDS, REST * (time.monotonic() - began))

    def _full(self) -> bool:
        """Whether the limit is reached: a file that the kernel stopped is exactly as long."""
        try:
            return used_bytes(self._limit.folder, self._limit.most_bytes) >= self._limit.most_bytes
        except OSError:
            # The host's own trouble, such as too many open files, is not the job's.
            return False
