"""Processes as the kernel lists them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

Identity = tuple[int, str]


def born(pid: int) -> str | None:
    """When a process began, in clock ticks since boot; None when there is none (or a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def descendants(pid: int) -> list[Identity]:
    """All processes below `pid`, each known by its number and its birth."""
    found: list[Identity] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                children = [int(word) for word in task.read_text().split()]
            except OSError:
                continue
            waiting += children
            found += [(child, birth) for child in children if (birth := born(child))]
    return found


def alive(processes: list[Identity]) -> list[Identity]:
    """Those that still run; a number that was given away again is another process."""
    return [item for item in processes if born(item[0]) == item[1]]


def wait_for(what: Callable[[], bool], seconds: float) -> bool:
    """Whether `what` came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return what()
