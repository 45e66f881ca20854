"""Containers through an engine's local socket.

Nothing is ever pulled: the image is named in `FDE_DOCKER_IMAGE` (the project's
Dockerfile, which brings its own Python and CUDA) or made from this machine's Python by
`docker_image`. The engine must be local, because folders are bind-mounted.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fde_env.errors import BackendUnavailable, SandboxFailed
from fde_env.sandbox.base import BackendStatus, Launch, Process
from fde_env.sandbox.docker_image import HOST_PYTHON, host_image
from fde_env.sandbox.docker_process import ContainerProcess
from fde_env.sandbox.folders import job_user, prepare_folders
from fde_env.sandbox.gpus import given_gpus
from fde_env.sandbox.layout import (
    CODE,
    PACKAGE,
    TMP,
    Layout,
    find_layout,
    inside_argv,
    inside_environment,
)
from fde_env.sandbox.output_limit import describe_limit, file_bytes

if TYPE_CHECKING:
    from docker import DockerClient

IMAGE_VARIABLE = "FDE_DOCKER_IMAGE"
DEFAULT_SOCKET = "unix:///var/run/docker.sock"
PING_SECONDS = 5
CALL_SECONDS = 60
NO_GPU = ("could not select device driver", "nvidia-container-cli", "unknown or invalid runtime")


@dataclass(frozen=True)
class Engine:
    """What the engine says of itself: version, cores, and which limits its kernel cannot hold."""

    version: str
    rootless: bool
    gaps: tuple[str, ...]
    cpus: int


class DockerSandbox:
    """Runs a job in a container.

    Args:
        image: tag to use; by default `FDE_DOCKER_IMAGE`, else one made on this machine.
    """

    name = "docker"

    def __init__(self, image: str | None = None) -> None:
        self._image = image or os.environ.get(IMAGE_VARIABLE) or None

    def status(self) -> BackendStatus:
        """Asks the engine for its version."""
        try:
            with contextlib.closing(connect(PING_SECONDS)) as client:
                version = describe_engine(client).version
        except BackendUnavailable as error:
            return BackendStatus(self.name, False, True, "", str(error))
        return BackendStatus(self.name, True, True, version, "")

    def start(self, launch: Launch) -> Process:
        """Create and start the container.

        Raises:
            BackendUnavailable: no engine, no such image, or no GPU runtime.
            UsageError: a folder of the launch cannot be used.
        """
        layout = find_layout()
        prepare_folders(launch)
        client = connect(CALL_SECONDS)
        engine = describe_engine(client)
        # An engine refuses a share of more cores than it has.
        cpus = min(launch.limits.cpus, float(engine.cpus))
        launch = replace(launch, limits=replace(launch.limits, cpus=cpus))
        image, host_python = self._find_image(client, layout)
        payload = container_payload(launch, layout if host_python else None, layout.package)
        payload["user"] = "0:0" if engine.rootless else payload["user"]
        container = _create(client, image, payload)
        limits = _limits(launch, engine, str(payload["user"]))
        return ContainerProcess(client, container, launch, limits)

    def _find_image(self, client: DockerClient, layout: Layout) -> tuple[str, bool]:
        """Image id, and whether it needs this machine's Python mounted."""
        import docker

        name = self._image or host_image(client, layout)
        try:
            found = client.images.get(name)
        except docker.errors.ImageNotFound as error:
            raise BackendUnavailable(
                f"image {name} is not on this machine: build it from the Dockerfile in "
                "fde_containers first; nothing is pulled on the quiet"
            ) from error
        return str(found.id), found.labels.get(HOST_PYTHON) == "1"


def connect(timeout: int) -> DockerClient:
    """A client of the local engine.

    Raises:
        BackendUnavailable: the SDK is missing, the engine is remote or does not answer.
    """
    if importlib.util.find_spec("docker") is None:
        raise BackendUnavailable("the docker package is not installed: `pip install docker`")
    import docker
    import requests

    address = os.environ.get("DOCKER_HOST") or DEFAULT_SOCKET
    if not address.startswith("unix://"):
        raise BackendUnavailable(
            f"the engine at {address} is remote: it cannot mount local folders"
        )
    client = None
    try:
        client = docker.DockerClient(base_url=address, timeout=timeout)
        client.ping()
    except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
        if client is not None:
            client.close()
        raise BackendUnavailable(f"no container engine answers at {address}: {error}") from error
    return client


def describe_engine(client: DockerClient) -> Engine:
    """Version and missing limits of an engine."""
    info: Mapping[str, Any] = client.info()
    needed = {"memory": "MemoryLimit", "pids": "PidsLimit", "cpu": "CpuCfsQuota"}
    gaps = tuple(name for name, field in needed.items() if not info.get(field, False))
    rootless = any("name=rootless" in text for text in info.get("SecurityOptions") or ())
    return Engine(str(info.get("ServerVersion", "")), rootless, gaps, int(info["NCPU"]))


def container_payload(launch: Launch, mounted: Layout | None, package: Path) -> dict[str, Any]:
    """Arguments of `containers.create`: pure, so that it can be tested without an engine.

    Args:
        launch: the job.
        mounted: the host's Python to bind in, None for an image that brings its own.
        package: the folder of `fde_containers`.
    """
    from docker.types import DeviceRequest, LogConfig, Ulimit

    limits = launch.limits
    python = str(mounted.python) if mounted else "python"
    named = given_gpus(launch.gpus)
    which = {"count": launch.gpus} if named is None else {"device_ids": list(named)}
    gpus = [DeviceRequest(**which, capabilities=[["gpu"]])] if launch.gpus else None
    hidden = {str(folder): "ro,size=4k" for folder in (mounted.hidden if mounted else ())}
    size = {"max-size": "1m", "max-file": "1"}
    most = file_bytes(limits)
    return {
        "command": inside_argv(launch, python, ("/in", "/out", "/base")),
        "entrypoint": [],
        "environment": inside_environment(launch, CODE, TMP),
        "user": ":".join(map(str, job_user())),
        "working_dir": TMP,
        "hostname": "sandbox",
        "init": True,  # without it the job is pid 1 and ignores SIGTERM
        "network_mode": "none",
        "read_only": True,
        "tmpfs": {TMP: "rw,exec,nosuid,nodev,size=1g,mode=1777", **hidden},
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "pids_limit": limits.pids,
        "ulimits": [Ulimit(name="fsize", soft=most, hard=most)],
        "mem_limit": f"{limits.memory_mib}m",
        "memswap_limit": f"{limits.memory_mib}m",
        "nano_cpus": int(limits.cpus * 1e9),
        "shm_size": "256m",
        "volumes": _volumes(launch, mounted, package),
        "device_requests": gpus,
        "log_config": LogConfig(type="json-file", config=size),
        "labels": {"fde.job": "1"},
    }


def _volumes(launch: Launch, mounted: Layout | None, package: Path) -> list[str]:
    binds = [f"{launch.input_dir.resolve()}:/in:ro", f"{launch.base_dir.resolve()}:/base:ro"]
    binds += [f"{launch.output_dir.resolve()}:/out:rw", f"{package}:{CODE}/{PACKAGE}:ro"]
    if mounted is not None:
        binds += [f"{root}:{root}:ro" for root in mounted.roots]
    return binds


def _create(client: DockerClient, image: str, payload: dict[str, Any]) -> Any:
    """Create and start; `run` would try to pull a missing image."""
    import docker

    container = None
    try:
        container = client.containers.create(image, **payload)
        container.start()
    except docker.errors.APIError as error:
        if container is not None:
            container.remove(force=True)
        client.close()
        text = str(error.explanation or error)
        if payload["device_requests"] and any(sign in text for sign in NO_GPU):
            raise BackendUnavailable(
                "no GPU runtime: this engine cannot give GPUs to containers; install the NVIDIA "
                "container toolkit, or ask for no GPU"
            ) from error
        raise SandboxFailed(f"the engine refused the job: {text}") from error
    return container


def _limits(launch: Launch, engine: Engine, user: str) -> tuple[tuple[str, str], ...]:
    limits, uid = launch.limits, user.partition(":")[0]
    asked = {
        "memory": f"{limits.memory_mib} MiB",
        "pids": str(limits.pids),
        "cpu": f"{limits.cpus:g} cores",
    }
    held = tuple(
        (name, f"nothing ({text} asked)" if name in engine.gaps else f"{text} by the engine")
        for name, text in asked.items()
    )
    return (
        *held,
        ("wall", f"{limits.wall_seconds:g} s by the host's timer"),
        describe_limit(limits, by_kernel=True),
        ("user", f"uid {uid} of a rootless engine" if engine.rootless else f"uid {uid}"),
        ("network", "none"),
        ("capabilities", "none"),
        ("seccomp", "the engine's default filter"),
    )
