"""Linux namespaces through `bwrap`: no engine, no image, a few milliseconds.

Where the host is root, a launcher first drops to an unprivileged uid: namespaces made
by root would leave the job as uid 0 of the host, which reads every file that is bound
in and is not counted by process limits. The launcher stages the bound folders below a
private mount first, since that uid may not pass through folders such as `/root`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from fde_env.errors import BackendUnavailable
from fde_env.sandbox.base import INSIDE_USER, BackendStatus, Launch, Process
from fde_env.sandbox.bwrap_argv import (
    gpu_view,
    isolation,
    launcher,
    mount_plan,
    probe,
    stage_root,
    staged,
    system_view,
)
from fde_env.sandbox.cgroup import Group, create_group
from fde_env.sandbox.folders import own_folder, prepare_folders
from fde_env.sandbox.layout import (
    CODE,
    TMP,
    Layout,
    find_layout,
    inside_argv,
    inside_environment,
)
from fde_env.sandbox.local_process import Command, Hooks, LocalProcess
from fde_env.sandbox.output_limit import describe_limit, file_bytes
from fde_env.sandbox.seccomp import filter_available, write_filter

INFO_SECONDS = 5.0
MEMORY_WORDS = ("MemoryError", "can't allocate memory", "Cannot allocate memory")


class BubblewrapSandbox:
    """Runs a job in fresh namespaces made by `bwrap`."""

    name = "bubblewrap"

    def status(self) -> BackendStatus:
        """Starts `/bin/true` in the namespaces, about 30 ms."""
        version, reason = "", ""
        bwrap = shutil.which("bwrap")
        if bwrap is None:
            reason = "bwrap is not installed: `apt-get install bubblewrap` or `dnf install` it"
        elif os.geteuid() == 0 and not (shutil.which("setpriv") and shutil.which("unshare")):
            reason = "setpriv and unshare (util-linux) are needed to drop root"
        else:
            version = _say(["bwrap", "--version"]).stdout.strip().removeprefix("bubblewrap ")
            done = _say(probe())
            if done.returncode != 0:
                reason = f"user namespaces do not work here: {done.stderr.strip()[-300:]}"
        return BackendStatus(self.name, not reason, True, version, reason)

    def start(self, launch: Launch) -> Process:
        """Start the job.

        Raises:
            BackendUnavailable: bwrap or a GPU that was asked for is missing.
            UsageError: a folder of the launch cannot be used.
        """
        layout = find_layout()
        for tool in ("bwrap", *(("setpriv", "unshare") if os.geteuid() == 0 else ())):
            if shutil.which(tool) is None:
                raise BackendUnavailable(f"{tool} is not installed: see `fde doctor`")
        gpu_view(launch.gpus)
        prepare_folders(launch)
        return _Job(launch, layout).start()


class _Job:
    """Everything one job holds on the host: a group, pipes, a staging folder."""

    def __init__(self, launch: Launch, layout: Layout) -> None:
        self._launch = launch
        self._layout = layout
        self._group: Group | None = None
        self._inside: int | None = None

    def start(self) -> LocalProcess:
        """Build the command line and start it."""
        self._stage = own_folder("stage", stage_root())
        self._group = create_group(self._launch.limits)
        self._info, writer = os.pipe()
        passed = [writer]
        filter_file = write_filter() if filter_available() else None
        if filter_file is not None:
            passed.append(filter_file.fileno())
        mounts = mount_plan(self._launch, self._layout)
        argv = ["bwrap", *isolation(writer), *system_view()]
        if filter_file is not None:
            argv += ["--seccomp", str(filter_file.fileno())]
        argv += [*gpu_view(self._launch.gpus), *self._view(mounts), *self._variables()]
        argv += [*self._rlimits(), *self._job_argv()]
        if os.geteuid() == 0:
            argv = launcher(argv, mounts, self._stage, self._group)
        hooks = Hooks(self._ask, self._kill, self._was_oom, self._clean)
        limits = self._limits(filter_file is not None)
        command = Command(argv, {"PATH": os.defpath + ":/usr/sbin:/sbin"}, Path("/"), tuple(passed))
        try:
            return LocalProcess(command, hooks, self._launch, limits)
        finally:
            os.close(writer)  # the end of the pipe now means: bwrap is gone
            if filter_file is not None:
                filter_file.close()

    def _view(self, mounts: Mapping[str, Path]) -> list[str]:
        view = []
        for inside, host in mounts.items():
            source = staged(self._stage, inside) if os.geteuid() == 0 else host
            view += ["--bind" if inside == "/out" else "--ro-bind", str(source), inside]
        for folder in self._layout.hidden:
            view += ["--tmpfs", str(folder), "--remount-ro", str(folder)]
        return [*view, "--remount-ro", "/", "--chdir", TMP]

    def _variables(self) -> list[str]:
        extra = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"} if self._launch.gpus else {}
        wanted = {**inside_environment(self._launch, CODE, TMP), **extra}
        return ["--clearenv", *(w for k, v in wanted.items() for w in ("--setenv", k, v))]

    def _rlimits(self) -> list[str]:
        """Limits of the process itself, for what no control group holds."""
        held = {name for name, _ in self._group.held} if self._group else set()
        flags = [f"--fsize={file_bytes(self._launch.limits)}"]
        if "memory" not in held:
            # DATA, not AS: torch maps gigabytes of libraries that it never touches.
            flags.append(f"--data={self._launch.limits.memory_mib << 20}")
        if "pids" not in held:
            flags.append(f"--nproc={self._launch.limits.pids}")
        prlimit = shutil.which("prlimit", path="/usr/bin:/bin")
        return [prlimit, *flags, "--core=0", "--"] if prlimit else []

    def _job_argv(self) -> list[str]:
        return inside_argv(self._launch, str(self._layout.python), ("/in", "/out", "/base"))

    def _limits(self, filtered: bool) -> tuple[tuple[str, str], ...]:
        limits = self._launch.limits
        held = dict(self._group.held) if self._group else {}
        by_process = "rlimit, each process" if self._rlimits() else "nothing (prlimit is missing)"
        return (
            ("memory", held.get("memory", f"{limits.memory_mib} MiB of data by {by_process}")),
            ("pids", held.get("pids", f"{limits.pids} by {by_process.replace(', each', '')}")),
            ("cpu", held.get("cpu", "threads by OMP_NUM_THREADS only")),
            ("wall", f"{limits.wall_seconds:g} s by the host's timer"),
            describe_limit(limits, by_kernel=bool(self._rlimits())),
            ("user", f"uid {INSIDE_USER if os.geteuid() == 0 else os.geteuid()} of the host"),
            ("network", "own namespace, loopback only"),
            ("capabilities", "none"),
            ("seccomp", "filter" if filtered else "none (pyseccomp is missing)"),
        )

    def _namespace_init(self) -> int | None:
        """Pid of the sandbox's first process, which bwrap tells on a pipe."""
        if self._inside is None and self._info >= 0:
            said = b""
            while select.select([self._info], [], [], INFO_SECONDS)[0]:
                chunk = os.read(self._info, 4096)
                said += chunk
                with contextlib.suppress(ValueError):
                    self._inside = int(json.loads(said)["child-pid"])
                    break
                if not chunk:
                    break
        return self._inside

    def _ask(self, _: subprocess.Popen[bytes]) -> None:
        """SIGTERM to the job itself: bwrap would take it as an order to kill."""
        init = self._namespace_init()
        with contextlib.suppress(OSError, ValueError):
            path = Path(f"/proc/{init}/task/{init}/children")
            for pid in path.read_text().split():
                os.kill(int(pid), signal.SIGTERM)

    def _kill(self, child: subprocess.Popen[bytes]) -> None:
        """The namespace's init first: alone, killing the monitor can leak it."""
        init = self._namespace_init()
        for pid in (init, child.pid if child.returncode is None else None):
            if pid is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
        if self._group is not None:
            self._group.kill()

    def _was_oom(self, code: int, tail: str) -> bool:
        if code == 0:
            return False
        if self._group and any(name == "memory" for name, _ in self._group.held):
            return self._group.oom_kills() > 0
        return any(word in tail for word in MEMORY_WORDS)

    def _clean(self) -> None:
        if self._group is not None:
            self._group.remove()
        os.close(self._info)
        self._info = -1
        # Only empty mount points are left: the mounts ended with their namespace.
        shutil.rmtree(self._stage, ignore_errors=True)


def _say(argv: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(argv, 1, "", str(error))
