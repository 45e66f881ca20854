"""A job in a container: waiting for it, reading how it ended, never leaving it behind."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from fde_env.errors import InfrastructureError, SandboxFailed
from fde_env.sandbox.base import Exit, Launch
from fde_env.sandbox.local_process import GRACE_SECONDS, TAIL_BYTES
from fde_env.sandbox.output_limit import OutputWatch, output_limit

if TYPE_CHECKING:
    from docker import DockerClient

TAIL_LINES = 200


class ContainerProcess:
    """A `Process` over one started container.

    One daemon thread, the keeper, sits in the engine's wait call without a time limit:
    a wait that runs out of time looks like a lost connection, and asking again and
    again would burn processor time that the job needs. `poll` only reads a field.
    """

    def __init__(
        self,
        client: DockerClient,
        container: Any,
        launch: Launch,
        limits: tuple[tuple[str, str], ...],
    ) -> None:
        self._client = client
        self._container = container
        self._limits = limits
        self._exit: Exit | None = None
        self._failure: Exception | None = None
        self._timed_out = False
        self._stopping = threading.Lock()
        self._ended = threading.Event()
        self._watchdog = _start_watchdog(client, str(container.id))
        self._clock = threading.Timer(launch.limits.wall_seconds, self._time_out)
        self._clock.daemon = True
        self._watch = OutputWatch(output_limit(launch), self._cut_off)
        threading.Thread(target=self._keep, daemon=True, name="fde-container").start()
        self._clock.start()  # does nothing where the job has ended and cancelled it
        self._watch.start()

    def poll(self) -> int | None:
        """Exit code once the job has ended, else None.

        Raises:
            InfrastructureError: the engine is gone.
        """
        if self._failure is not None:
            raise InfrastructureError(
                f"the container engine stopped answering: {self._failure}"
            ) from self._failure
        return None if self._exit is None else self._exit.code

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait up to `timeout` seconds; None if the job still runs then.

        Raises:
            InfrastructureError: the engine is gone.
        """
        self._ended.wait(timeout)
        return self.poll()

    def stop(self) -> None:
        """SIGTERM, after two seconds SIGKILL; the container is removed."""
        import docker

        with self._stopping:
            if self._ended.is_set():
                return
            with contextlib.suppress(docker.errors.NotFound):
                self._container.stop(timeout=int(GRACE_SECONDS))
            if not self._ended.wait(10 * GRACE_SECONDS):
                raise SandboxFailed(f"container {self._container.short_id} does not stop")

    def limits_in_force(self) -> tuple[tuple[str, str], ...]:
        """Pairs (limit, what enforces it)."""
        return self._limits

    def outcome(self) -> Exit:
        """How the job ended.

        Raises:
            InfrastructureError: the engine is gone.
            SandboxFailed: it has not ended.
        """
        if self.poll() is None or self._exit is None:
            raise SandboxFailed("the job still runs: wait for it or stop it first")
        return self._exit

    def _keep(self) -> None:
        import docker
        import requests

        try:
            self._container.wait(timeout=None)
            self._container.reload()
            self._exit = self._read_exit(self._container.attrs["State"])
            self._container.remove(force=True)
        except docker.errors.NotFound:
            # Somebody else removed it, which kills it first.
            lost = Exit(137, False, 9, "", self._timed_out, self._watch.end())
            self._exit = self._exit or lost
        except (docker.errors.APIError, requests.exceptions.RequestException) as error:
            if self._exit is None:
                self._failure = error
        finally:
            self._clock.cancel()
            self._watch.end()
            _dismiss(self._watchdog)
            self._client.close()
            self._ended.set()

    def _read_exit(self, state: dict[str, Any]) -> Exit:
        code = int(state["ExitCode"])
        tail = self._container.logs(tail=TAIL_LINES)[-TAIL_BYTES:].decode("utf-8", "replace")
        # The flag is also set when only a child was killed and the job went on well.
        oom = bool(state["OOMKilled"]) and code != 0
        signal = code - 128 if 128 < code < 160 else None
        return Exit(code, oom, signal, tail, self._timed_out, self._watch.end())

    def _cut_off(self) -> None:
        import docker
        import requests

        # Whatever is wrong with the engine, the keeper tells it.
        with contextlib.suppress(docker.errors.APIError, requests.exceptions.RequestException):
            self._container.kill()

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
