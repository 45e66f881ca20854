"""No isolation at all: the job is a plain child process of the host.

Only used when it is asked for by name, where neither a container engine nor
bubblewrap can run. The job can read and write whatever the user can, and reach the
network; only the environment is kept from it, and only the wall clock and what lies in
its output folder are limited.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from fde_env.errors import BackendUnavailable
from fde_env.sandbox.base import BackendStatus, Launch, Limits, Process
from fde_env.sandbox.folders import check_folders, own_folder
from fde_env.sandbox.gpus import VARIABLE, given_gpus
from fde_env.sandbox.layout import find_layout, inside_argv, inside_environment
from fde_env.sandbox.local_process import Command, Hooks, LocalProcess
from fde_env.sandbox.output_limit import describe_limit, file_bytes


class SubprocessSandbox:
    """Runs a job as a child process, confined by nothing."""

    name = "subprocess"

    def status(self) -> BackendStatus:
        """Always available, never isolated."""
        version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
        return BackendStatus(self.name, True, False, version, "UNISOLATED: confines nothing")

    def start(self, launch: Launch) -> Process:
        """Start the job over the real folders.

        Raises:
            BackendUnavailable: `fde_containers` is not installed.
            UsageError: a folder of the launch cannot be used.
        """
        if launch.gpus > 1:
            raise BackendUnavailable("subprocess cannot choose GPUs: use docker for more than one")
        layout = find_layout()
        check_folders(launch)
        home = str(own_folder("job"))
        folders = (str(launch.input_dir), str(launch.output_dir), str(launch.base_dir))
        argv = inside_argv(launch, str(layout.python), folders)
        environment = inside_environment(launch, str(layout.package.parent), home)
        if (given := given_gpus(launch.gpus)) is not None:
            environment |= {VARIABLE: ",".join(given)}
        hooks = Hooks(
            ask=lambda child: _signal_group(child, signal.SIGTERM),
            kill=lambda child: _signal_group(child, signal.SIGKILL),
            was_oom=lambda _code, _tail: False,
            clean=lambda: shutil.rmtree(home, ignore_errors=True),
        )
        held = _file_limit(launch.limits)
        limits = (
            ("isolation", "none"),
            ("wall", f"{launch.limits.wall_seconds:g} s by the host's timer"),
            describe_limit(launch.limits, by_kernel=bool(held)),
        )
        command = Command([*_die_with_parent(), *held, *argv], environment, Path(home))
        return LocalProcess(command, hooks, launch, limits)


def _die_with_parent() -> list[str]:
    """Prefix that ties the job to the host process, where util-linux offers it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _file_limit(limits: Limits) -> list[str]:
    """Prefix that limits the size of each file, where util-linux offers it."""
    prlimit = shutil.which("prlimit")
    return [prlimit, f"--fsize={file_bytes(limits)}", "--"] if prlimit else []


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # The group may be empty already.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
