"""A warm worker: one sandbox that has imported torch and takes one job after another.

What a job shares with the earlier ones of its worker: the sandbox (network, limits, user),
the base it was started with, read-only, and the imported libraries, from which it is forked.
What it does not: its input and output folders, which the host makes anew; memory; random
states; files in /tmp, which the worker removes. An earlier job of the same user could, if it
were hostile, leave a process behind that disturbs a later one, so training code or a base
that nobody vouches for is run cold, in a sandbox for each job. The host's own files are as
safe as in a cold run.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from fde_env.errors import SandboxFailed
from fde_env.runs.bench import JobFolder, limits_for
from fde_env.runs.job_files import write_json
from fde_env.sandbox.base import Exit, Launch, Limits, Process, Sandbox
from fde_env.sandbox.folders import job_user, read_output_in
from fde_env.sandbox.output_limit import file_bytes, used_bytes

MODULE: Final = "fde_containers.warm"
# A worker lives as long as its host wants it; each job has its own limit of time.
WORKER_SECONDS: Final = 30 * 24 * 3600.0
SHORT: Final = 1 << 16
NOTE: Final = ("process", "warm worker: forked for this job, sandbox shared with earlier ones")


class WarmWorker:
    """Runs jobs one at a time; starts its sandbox on the first and whenever the base changes.

    Args:
        sandbox: backend of the worker's own sandbox.
        limits: of that sandbox; `wall_seconds` is the limit of each job.
        gpus: GPUs to request for it.
        home: a folder of its own, for the jobs' files.
    """

    def __init__(self, sandbox: Sandbox, limits: Limits, gpus: int, home: Path) -> None:
        self._sandbox, self._limits, self._gpus = sandbox, limits, gpus
        self._input, self._output = home / "in", home / "out"
        for folder in (home, self._input, self._output):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._home = home
        self._number = 0
        self._base: Path | None = None
        self._process: Process | None = None

    def new_folder(self) -> JobFolder:
        """Fresh, empty folders for the next job; the output belongs to the job's user."""
        self._number += 1
        name = f"{self._number:04d}"
        folder = JobFolder(input=self._input / name, output=self._output / name)
        folder.input.mkdir(mode=0o755)
        folder.output.mkdir(mode=0o755)
        if os.geteuid() == 0:
            os.chown(folder.output, *job_user())
        return folder

    def start(self, folder: JobFolder, base: Path) -> Process:
        """Hand over the job that `new_folder` was called for last.

        Raises:
            BackendUnavailable: the sandbox cannot run here.
        """
        if self._process is None or self._process.poll() is not None or base != self._base:
            self._restart(base)
        assert self._process is not None
        write_json(self._input, f"order-{folder.input.name}.json", {})
        limits = limits_for(base, self._limits)
        return WarmProcess(self._process, folder.output, limits)

    def close(self) -> None:
        """Stop the sandbox and remove its folder. Idempotent."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        shutil.rmtree(self._home, ignore_errors=True)

    def _restart(self, base: Path) -> None:
        if self._process is not None:
            self._process.stop()
        launch = Launch(
            module=MODULE,
            input_dir=self._input,
            output_dir=self._output,
            base_dir=base,
            limits=replace(limits_for(base, self._limits), wall_seconds=WORKER_SECONDS),
            arguments=("--first", str(self._number)),
            gpus=self._gpus,
        )
        self._process = self._sandbox.start(launch)
        self._base = base
        if os.geteuid() == 0:
            # Jobs own their folders, not the one around them: none can replace another's.
            os.chown(self._output, 0, 0)


class WarmProcess:
    """One job of a worker, as a `Process`: it has ended when the worker says so."""

    def __init__(self, worker: Process, output: Path, limits: Limits) -> None:
        self._worker, self._output = worker, output
        self._wall = limits.wall_seconds
        self._most_bytes = file_bytes(limits)
        self._begun = time.monotonic()
        self._code: int | None = None
        self._timed_out = False

    def poll(self) -> int | None:
        """Exit code once the job has ended, else None; kills a job whose time is up."""
        if self._code is None:
            self._code = self._said()
        if self._code is None and time.monotonic() - self._begun > self._wall:
            self._timed_out = True
            self.stop()
        return self._code

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait up to `timeout` seconds; None if the job still runs then."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None and (end is None or time.monotonic() < end):
            time.sleep(0.005)
        return self._code

    def stop(self) -> None:
        """End a job that still runs, and its worker with it; another takes its place."""
        if self._code is None and (code := self._said()) is not None:
            self._code = code
        if self._code is None:
            self._worker.stop()
            self._code = self._worker.wait(5.0) or 143

    def limits_in_force(self) -> tuple[tuple[str, str], ...]:
        """Those of the worker's sandbox."""
        mine = ("wall", f"{self._wall:g} s by the host's timer")
        kept = (item for item in self._worker.limits_in_force() if item[0] != "wall")
        return (*kept, mine, NOTE)

    def outcome(self) -> Exit:
        """How the job ended.

        Raises:
            SandboxFailed: it has not ended.
        """
        if self._code is None:
            raise SandboxFailed("the job still runs: wait for it or stop it first")
        code = 128 - self._code if self._code < 0 else self._code
        died = self._worker.outcome() if self._worker.poll() is not None else None
        return Exit(
            code=code,
            oom=died is not None and died.oom,
            signal=code - 128 if 128 < code < 160 else None,
            stderr_tail=self._words() or ("" if died is None else died.stderr_tail),
            timed_out=self._timed_out,
            # The worker's own watch looks now and then; a job may fill its folder in between.
            overfull=(died is not None and died.overfull)
            or used_bytes(self._output, self._most_bytes) >= self._most_bytes,
        )

    def _said(self) -> int | None:
        """The status that the worker wrote, or a dead worker's own."""
        dead = self._worker.poll()
        try:
            text = read_output_in(self._output.parent, f"{self._output.name}/ended.json", SHORT)
            return int(json.loads(text)["exit_status"])
        except FileNotFoundError:
            return dead
        except (ValueError, KeyError, TypeError) as error:
            raise SandboxFailed("the worker's ended.json cannot be read") from error

    def _words(self) -> str:
        try:
            text = read_output_in(self._output.parent, f"{self._output.name}/stderr.txt", 1 << 22)
        except (FileNotFoundError, SandboxFailed):
            return ""
        return text[-8192:].decode("utf-8", "replace")
