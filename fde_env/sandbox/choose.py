"""Pick a backend by name, or the best isolated one that answers; never a worse one."""

from __future__ import annotations

from fde_env.errors import BackendUnavailable, UsageError
from fde_env.sandbox.base import Sandbox
from fde_env.sandbox.bubblewrap import BubblewrapSandbox
from fde_env.sandbox.docker_backend import DockerSandbox
from fde_env.sandbox.subprocess_backend import SubprocessSandbox

AUTO = "auto"
BACKENDS = ("docker", "bubblewrap", "subprocess")


def make_backend(name: str) -> Sandbox:
    """The backend of that name, whether it can run here or not.

    Raises:
        UsageError: no backend has that name.
    """
    if name == "docker":
        return DockerSandbox()
    if name == "bubblewrap":
        return BubblewrapSandbox()
    if name == "subprocess":
        return SubprocessSandbox()
    raise UsageError(f"unknown backend {name!r}: choose one of {', '.join((AUTO, *BACKENDS))}")


def choose_backend(name: str = AUTO) -> Sandbox:
    """The named backend, or with `"auto"` docker where an engine answers, else bubblewrap.

    Raises:
        BackendUnavailable: it cannot run here; nothing unisolated is taken in its place.
        UsageError: no backend has that name.
    """
    if name != AUTO:
        backend = make_backend(name)
        status = backend.status()
        if not status.available:
            raise BackendUnavailable(f"backend {name} cannot run here: {status.reason}")
        return backend
    reasons = []
    for candidate in ("docker", "bubblewrap"):
        backend = make_backend(candidate)
        status = backend.status()
        if status.available:
            return backend
        reasons.append(f"{candidate}: {status.reason}")
    raise BackendUnavailable(
        f"no isolated sandbox can run here ({'; '.join(reasons)}). Start a container engine, "
        "install bubblewrap, or ask for `--backend subprocess`, which isolates nothing"
    )
