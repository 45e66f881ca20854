"""Limits by control group, for backends whose engine does not set them itself.

Works where the host may create groups (root, version 1 or 2). The group is made
before the job and joined by the launcher's own first act, so no process of the job
ever runs outside it. Source: the kernel's `Documentation/admin-guide/cgroup-v1` and
`cgroup-v2.rst`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from fde_env.sandbox.base import Limits
from fde_env.sandbox.folders import stale_paths

ROOT = Path("/sys/fs/cgroup")
PERIOD_US = 100_000


@dataclass(frozen=True)
class Group:
    """One control group, in one folder (version 2) or one a controller (version 1)."""

    folders: tuple[Path, ...]
    held: tuple[tuple[str, str], ...]

    @property
    def joins(self) -> tuple[str, ...]:
        """Files to which a process writes its pid to enter the group."""
        return tuple(str(folder / "cgroup.procs") for folder in self.folders)

    def oom_kills(self) -> int:
        """Processes that the memory limit killed so far."""
        for folder in self.folders:
            for name in ("memory.events", "memory.oom_control"):
                with contextlib.suppress(OSError):
                    rows = [line.split() for line in (folder / name).read_text().splitlines()]
                    return int(dict(row for row in rows if len(row) == 2).get("oom_kill", 0))
        return 0

    def kill(self) -> None:
        """Kill every process of the group, those it forks meanwhile included."""
        for _ in range(200):
            pids = {pid for folder in self.folders for pid in _pids(folder)}
            if not pids:
                return
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)

    def remove(self) -> None:
        """Remove the group; a killed process may linger in it for a moment."""
        self.kill()
        for folder in self.folders:
            for _ in range(100):
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)


def create_group(limits: Limits) -> Group | None:
    """Make a group with the given limits; None where the host may not."""
    if os.geteuid() != 0:
        return None
    name = f"fde-{os.getpid()}-{secrets.token_hex(8)}"
    if (ROOT / "cgroup.controllers").is_file():
        return _create_v2(name, limits)
    return _create_v1(name, limits)


def _create_v1(name: str, limits: Limits) -> Group | None:
    memory = str(limits.memory_mib << 20)
    # memsw can only be set after, and never below, the plain limit.
    wanted = {
        "memory": (("memory.limit_in_bytes", memory), ("memory.memsw.limit_in_bytes", memory)),
        "pids": (("pids.max", str(limits.pids)),),
        "cpu": (
            ("cpu.cfs_period_us", str(PERIOD_US)),
            ("cpu.cfs_quota_us", str(int(limits.cpus * PERIOD_US))),
        ),
    }
    folders, held = [], []
    for controller, settings in wanted.items():
        _sweep(ROOT / controller)
        folder = ROOT / controller / name
        try:
            folder.mkdir()
        except OSError:
            continue
        if _write(folder, settings):
            folders.append(folder)
            held.append((controller, _describe(controller, limits, "cgroup v1")))
        else:
            folder.rmdir()
    return Group(tuple(folders), tuple(held)) if folders else None


def _create_v2(name: str, limits: Limits) -> Group | None:
    folder = ROOT / name
    _sweep(ROOT)
    with contextlib.suppress(OSError):
        (ROOT / "cgroup.subtree_control").write_text("+memory +pids +cpu")
    try:
        folder.mkdir()
    except OSError:
        return None
    memory = str(limits.memory_mib << 20)
    wanted = {
        "memory": (("memory.max", memory), ("memory.swap.max", "0")),
        "pids": (("pids.max", str(limits.pids)),),
        "cpu": (("cpu.max", f"{int(limits.cpus * PERIOD_US)} {PERIOD_US}"),),
    }
    held = [
        (controller, _describe(controller, limits, "cgroup v2"))
        for controller, settings in wanted.items()
        if _write(folder, settings)
    ]
    if held:
        return Group((folder,), tuple(held))
    folder.rmdir()
    return None


def _write(folder: Path, settings: tuple[tuple[str, str], ...]) -> bool:
    """Write settings; a missing swap control is no failure, anything else is."""
    for name, value in settings:
        if not (folder / name).exists():
            if "swap" in name or "memsw" in name:
                continue
            return False
        try:
            (folder / name).write_text(value)
        except OSError:
            return False
    return True


def _sweep(where: Path) -> None:
    """Remove the groups of hosts that were killed; one in use cannot be removed."""
    for stale in stale_paths(where):
        with contextlib.suppress(OSError):
            stale.rmdir()


def _pids(folder: Path) -> tuple[int, ...]:
    try:
        return tuple(int(pid) for pid in (folder / "cgroup.procs").read_text().split())
    except OSError:
        return ()


def _describe(controller: str, limits: Limits, by: str) -> str:
    amount = {
        "memory": f"{limits.memory_mib} MiB",
        "pids": f"{limits.pids}",
        "cpu": f"{limits.cpus:g} cores",
    }
    return f"{amount[controller]} by {by}"
