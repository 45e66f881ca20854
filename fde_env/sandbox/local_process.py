"""A job that is a child process of the host: shared by bubblewrap and subprocess.

One daemon thread, the keeper, starts the child, drains its output and waits for it.
The kernel ties "die with parent" to the *thread* that forked, so that thread has to
live exactly as long as the job; a caller's short-lived worker thread would take the
job down with it.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fde_env.errors import SandboxFailed
from fde_env.sandbox.base import Exit, Launch
from fde_env.sandbox.output_limit import OutputWatch, output_limit

TAIL_BYTES = 8192
GRACE_SECONDS = 2.0
DRAIN_SECONDS = 2.0


@dataclass(frozen=True)
class Command:
    """What to start: argv, the whole environment, folder, and open files to pass on."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    pass_fds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Hooks:
    """What differs between the backends that start children.

    Args:
        ask: deliver a polite request to end to the job.
        kill: end everything the job started, at once.
        was_oom: (exit code, output tail) -> whether the memory limit ended it.
        clean: free what the backend holds, once nothing runs any more.
    """

    ask: Callable[[subprocess.Popen[bytes]], None]
    kill: Callable[[subprocess.Popen[bytes]], None]
    was_oom: Callable[[int, str], bool]
    clean: Callable[[], None]


class LocalProcess:
    """A `Process` over one child of the host."""

    def __init__(
        self,
        command: Command,
        hooks: Hooks,
        launch: Launch,
        limits: tuple[tuple[str, str], ...],
    ) -> None:
        self._command = command
        self._hooks = hooks
        self._limits = limits
        self._tail = b""
        self._exit: Exit | None = None
        self._failure: BaseException | None = None
        self._timed_out = False
        self._stopping = threading.Lock()
        self._started = threading.Event()
        self._ended = threading.Event()
        self._child: subprocess.Popen[bytes]
        self._clock = threading.Timer(launch.limits.wall_seconds, self._time_out)
        self._clock.daemon = True
        self._watch = OutputWatch(output_limit(launch), self._cut_off)
        threading.Thread(target=self._keep, daemon=True, name="fde-sandbox").start()
        self._started.wait()
        if self._failure is not None:
            raise SandboxFailed(f"cannot start {command.argv[0]}: {self._failure}")
        self._clock.start()  # does nothing where the job has ended and cancelled it
        self._watch.start()

    def poll(self) -> int | None:
        """Exit code once the job has ended, else None."""
        return None if self._exit is None else self._exit.code

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait up to `timeout` seconds; None if the job still runs then."""
        self._ended.wait(timeout)
        return self.poll()

    def stop(self) -> None:
        """End the job: ask, wait two seconds, kill."""
        with self._stopping:
            if self._ended.is_set():
                return
            self._hooks.ask(self._child)
            if not self._ended.wait(GRACE_SECONDS):
                self._hooks.kill(self._child)
            if not self._ended.wait(10 * GRACE_SECONDS):
                raise SandboxFailed(f"job {self._child.pid} does not die: look at it by hand")

    def limits_in_force(self) -> tuple[tuple[str, str], ...]:
        """Pairs (limit, what enforces it)."""
        return self._limits

    def outcome(self) -> Exit:
        """How the job ended.

        Raises:
            SandboxFailed: it has not ended.
        """
        if self._exit is None:
            raise SandboxFailed("the job still runs: wait for it or stop it first")
        return self._exit

    def _keep(self) -> None:
        try:
            self._child = subprocess.Popen(
                list(self._command.argv),
                env=dict(self._command.environment),
                cwd=self._command.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=self._command.pass_fds,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            self._failure = error
            self._hooks.clean()
            self._started.set()
            return
        drain = threading.Thread(target=self._drain, daemon=True, name="fde-sandbox-output")
        drain.start()
        self._started.set()
        raw = self._child.wait()
        # Whatever outlived its leader goes now; only then can the output reach its end.
        self._hooks.kill(self._child)
        drain.join(DRAIN_SECONDS)
        self._finish(raw)

    def _drain(self) -> None:
        pipe = self._child.stdout
        if pipe is None:
            return
        with pipe:
            while chunk := os.read(pipe.fileno(), 65536):
                self._tail = (self._tail + chunk)[-TAIL_BYTES:]

    def _finish(self, raw: int) -> None:
        code = 128 - raw if raw < 0 else raw
        tail = self._tail.decode("utf-8", "replace")
        oom = self._hooks.was_oom(code, tail)
        overfull = self._watch.end()
        signal = code - 128 if 128 < code < 160 else None
        try:
            self._hooks.clean()
        finally:
            self._exit = Exit(code, oom, signal, tail, self._timed_out, overfull)
            self._ended.set()
            self._clock.cancel()

    def _cut_off(self) -> None:
        with self._stopping:
            if not self._ended.is_set():
                self._hooks.kill(self._child)

    def _time_out(self) -> None:
        self._timed_out = True
        self.stop()
