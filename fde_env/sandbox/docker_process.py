"""A job in a container: waiting for it, reading how it ended, never leaving it behind."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from fde_env.errors import InfrastructureError, SandboxFailed
from fde_env.sandbox.base import Exit
from fde_env.sandbox.local_process import GRACE_SECONDS, TAIL_BYTES

if TYPE_CHECKING:
    from docker import DockerClient

TAIL_LINES = 200
POLL_SECONDS = 0.05


class ContainerProcess:
    """A `Process` over one started container."""

    def __init__(
        self,
        client: DockerClient,
        container: Any,
        wall_seconds: float,
        limits: tuple[tuple[str, str], ...],
    ) -> None:
        self._client = client
        self._container = container
        self._limits = limits
        self._exit: Exit | None = None
        self._timed_out = False
        self._lock = threading.RLock()
        self._watchdog = _start_watchdog(client, str(container.id))
        self._clock = threading.Timer(wall_seconds, self._time_out)
        self._clock.daemon = True
        self._clock.start()

    def poll(self) -> int | None:
        """Exit code once the job has ended, else None."""
        with self._lock:
            if self._exit is None:
                state = self._state()
                if state["Status"] in ("exited", "dead"):
                    self._finish(state)
            return None if self._exit is None else self._exit.code

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait up to `timeout` seconds; None if the job still runs then.

        Asks for the state again and again: the engine's own wait call reports its time
        running out as a lost connection, which cannot be told from a dead engine.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            left = POLL_SECONDS if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return None
            time.sleep(min(left, POLL_SECONDS))
        return self.poll()

    def stop(self) -> None:
        """SIGTERM, after two seconds SIGKILL; the container is removed."""
        import docker

        with self._lock:
            if self.poll() is not None:
                return
            with contextlib.suppress(docker.errors.NotFound):
                self._container.stop(timeout=int(GRACE_SECONDS))
            if self.wait(10 * GRACE_SECONDS) is None:
                raise SandboxFailed(f"container {self._container.short_id} does not stop")

    def limits_in_force(self) -> tuple[tuple[str, str], ...]:
        """Pairs (limit, what enforces it)."""
        return self._limits

    def outcome(self) -> Exit:
        """How the job ended.

        Raises:
            SandboxFailed: it has not ended.
        """
        if self.poll() is None or self._exit is None:
            raise SandboxFailed("the job still runs: wait for it or stop it first")
        return self._exit

    def _state(self) -> dict[str, Any]:
        import docker
        import requests

        try:
            self._container.reload()
        except docker.errors.NotFound:
            return {"Status": "dead", "ExitCode": 137, "OOMKilled": False, "Gone": True}
        except (docker.errors.APIError, requests.exceptions.RequestException) as error:
            raise InfrastructureError(f"the container engine stopped answering: {error}") from error
        state: dict[str, Any] = self._container.attrs["State"]
        return state

    def _finish(self, state: dict[str, Any]) -> None:
        """Note how it ended, then leave nothing behind."""
        import docker

        code = int(state["ExitCode"])
        tail = b""
        if not state.get("Gone"):
            with contextlib.suppress(docker.errors.APIError):
                tail = self._container.logs(tail=TAIL_LINES)[-TAIL_BYTES:]
        # The flag is also set when only a child was killed and the job went on well.
        oom = bool(state["OOMKilled"]) and code != 0
        signal = code - 128 if 128 < code < 160 else None
        self._exit = Exit(code, oom, signal, tail.decode("utf-8", "replace"), self._timed_out)
        with contextlib.suppress(docker.errors.APIError):
            self._container.remove(force=True)
        self._clock.cancel()
        _dismiss(self._watchdog)
        self._client.close()

    def _time_out(self) -> None:
        self._timed_out = True
        self.stop()


def _start_watchdog(client: DockerClient, container: str) -> subprocess.Popen[bytes]:
    """A process that removes the container when this one dies."""
    from fde_env.sandbox import watchdog

    base = str(client.api.get_adapter(client.api.base_url).socket_path)
    argv = [sys.executable, "-I", "-S", str(watchdog.__file__), base, container]
    return subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _dismiss(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):
        process.communicate(b"done\n", timeout=10)
