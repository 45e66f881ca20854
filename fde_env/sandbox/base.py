"""The protocol that every sandbox backend meets, and the frozen data it speaks in.

A backend starts one Python module of `fde_containers` over three folders: `/in`
(read-only inside, the host may add files during the run), `/out` (the only place the
job can leave anything) and `/base` (read-only). It never decides what a run means:
exit codes and limits go to the caller, which turns them into evidence or into an
`InfrastructureError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

INSIDE_USER = 10001
"""Uid and gid of the job wherever the host may choose one."""


@dataclass(frozen=True)
class Limits:
    """What one job may use.

    Args:
        memory_mib: memory in MiB, swap included.
        cpus: processor share, in cores; also the number of OpenMP threads (at least 1).
        pids: processes and threads that may exist at once.
        wall_seconds: seconds from start until the job is killed.
        output_mib: MiB that may lie in `/out`, and that any one file may have.
    """

    memory_mib: int = 4096
    cpus: float = 2.0
    pids: int = 256
    wall_seconds: float = 1800.0
    output_mib: int = 8192


@dataclass(frozen=True)
class Launch:
    """One job: a module of `fde_containers` and the three folders it sees.

    Args:
        module: dotted name, e.g. `"fde_containers.main"`.
        input_dir: shown as `/in`; files must be readable by others (mode 0644).
        output_dir: shown as `/out`; must exist, its owner may be changed.
        base_dir: shown as `/base`; must not need anything outside itself (no links out).
        limits: see `Limits`.
        arguments: added after `--input --output --base`.
        gpus: number of GPUs to request, 0 for none.
        environment: variables to add inside; nothing of the host's environment is passed.
    """

    module: str
    input_dir: Path
    output_dir: Path
    base_dir: Path
    limits: Limits = field(default_factory=Limits)
    arguments: tuple[str, ...] = ()
    gpus: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One boundary, whether it held when it was attacked, and what was seen."""

    name: str
    enforced: bool
    evidence: str


@dataclass(frozen=True)
class BackendStatus:
    """Whether a backend can run here.

    Args:
        isolated: False only for a backend that confines nothing.
        version: the engine's version, empty where unknown.
        reason: why it is unavailable, or a remark; empty when there is nothing to say.
        enforces: what was attacked and held; filled by `doctor.diagnose` alone.
    """

    name: str
    available: bool
    isolated: bool
    version: str
    reason: str
    enforces: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Exit:
    """How a job ended.

    Args:
        code: exit code as a shell reports it (128 + n for signal n).
        oom: the memory limit killed it.
        signal: the signal that ended it, else None.
        stderr_tail: the last 8 KiB of its stdout and stderr, untrusted text.
        timed_out: its wall clock ran out.
        overfull: it filled its output folder.
    """

    code: int
    oom: bool
    signal: int | None
    stderr_tail: str
    timed_out: bool = False
    overfull: bool = False


@runtime_checkable
class Process(Protocol):
    """A started job."""

    def poll(self) -> int | None:
        """Exit code once the job has ended, else None."""
        ...

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait up to `timeout` seconds (None: for ever); None if it still runs then."""
        ...

    def stop(self) -> None:
        """Ask the job to end, kill it after a moment, leave nothing running. Idempotent."""
        ...

    def limits_in_force(self) -> tuple[tuple[str, str], ...]:
        """Pairs (limit, what enforces it), for the run record."""
        ...

    def outcome(self) -> Exit:
        """How it ended.

        Raises:
            SandboxFailed: it has not ended.
        """
        ...


@runtime_checkable
class Sandbox(Protocol):
    """A way to run jobs apart from the host."""

    @property
    def name(self) -> str:
        """Name under which it is asked for."""
        ...

    def status(self) -> BackendStatus:
        """Whether it can run here; quick, never raises."""
        ...

    def start(self, launch: Launch) -> Process:
        """Start one job.

        Raises:
            BackendUnavailable: this backend cannot run here, or has no GPU to give.
            UsageError: a folder of the launch cannot be used.
        """
        ...
