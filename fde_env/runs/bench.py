"""Where live runs are made: a sandbox, its limits, a store, and folders for a job's files."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from fde_env.runs.judge import HostKey
from fde_env.runs.store import Store
from fde_env.sandbox.base import Launch, Limits, Process, Sandbox

POLL_SECONDS: Final = 0.004
MODULE: Final = "fde_containers.main"
LEAST_OUTPUT_MIB: Final = 256


@dataclass(frozen=True)
class JobFolder:
    """A job's files: the host writes into `input`, the job into `output` and nowhere else."""

    input: Path
    output: Path

    def remove(self) -> None:
        """Delete both folders and, where it was made for them alone, the one around them."""
        for folder in (self.input, self.output):
            shutil.rmtree(folder, ignore_errors=True)
        if self.input.parent == self.output.parent:
            shutil.rmtree(self.input.parent, ignore_errors=True)


class JobStarter(Protocol):
    """Something that runs jobs one at a time, such as a warm worker."""

    def new_folder(self) -> JobFolder:
        """Fresh, empty folders for the next job."""
        ...

    def start(self, folder: JobFolder, base: Path) -> Process:
        """Start the job whose input is complete."""
        ...


def limits_for(base: Path, limits: Limits) -> Limits:
    """`limits`, with an output folder no larger than jobs on this base need.

    A job leaves an adapter, which is smaller than its base, and logs and answers: a full run on a
    shipped base leaves 0.9 MiB in all, which the host counts as 5 (`sandbox/output_limit.py`).
    """
    size = sum(path.stat().st_size for path in base.rglob("*") if path.is_file()) >> 20
    return replace(limits, output_mib=min(limits.output_mib, max(LEAST_OUTPUT_MIB, size)))


@dataclass(frozen=True)
class Bench:
    """Where live runs are made: backend, store, limits, GPUs and the probe's key.

    With `worker` jobs go to it; without, each job gets a sandbox of its own.
    """

    sandbox: Sandbox
    store: Store
    limits: Limits
    gpus: int
    key: HostKey
    worker: JobStarter | None = None

    @property
    def threads(self) -> int:
        """Threads for the job, from its processor share."""
        return max(1, int(self.limits.cpus))

    def new_folder(self) -> JobFolder:
        """Fresh, empty folders for a job."""
        if self.worker is not None:
            return self.worker.new_folder()
        around = self.store.new_work_dir()
        folder = JobFolder(input=around / "in", output=around / "out")
        folder.input.mkdir()
        folder.output.mkdir()
        return folder

    def start(self, folder: JobFolder, base: Path) -> Process:
        """Start the job whose input is complete; its output goes to `folder.output`."""
        if self.worker is not None:
            return self.worker.start(folder, base)
        launch = Launch(
            module=MODULE,
            input_dir=folder.input,
            output_dir=folder.output,
            base_dir=base,
            limits=limits_for(base, self.limits),
            gpus=self.gpus,
        )
        return self.sandbox.start(launch)


def describe_exit(process: Process, what: str) -> str:
    """Words for a job that ended without its promised files."""
    ended = process.outcome()
    why = "it ran out of memory" if ended.oom else f"exit code {ended.code}"
    if ended.timed_out:
        why = "its wall clock ran out"
    if ended.overfull:
        held = dict(process.limits_in_force()).get("output", "limited")
        why = f"it filled its output folder: {held}"
    last = [line.strip() for line in ended.stderr_tail.splitlines() if line.strip()][-3:]
    return (
        f"{what} left no result ({why}); run `fde doctor`, then try again. "
        f"Its last words: {' / '.join(last)[-600:]}"
    )
