"""GPUs that a scheduler gave to this process, and no others, reach the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from fde_env.errors import BackendUnavailable
from fde_env.sandbox.base import Launch
from fde_env.sandbox.bwrap_argv import gpu_view
from fde_env.sandbox.docker_backend import container_payload
from fde_env.sandbox.gpus import VARIABLE, given_gpus


@pytest.mark.parametrize(
    ("told", "count", "given"),
    [
        (None, 2, None),
        ("3,5", 0, None),
        ("", 0, None),
        ("3,5", 1, ("3",)),
        ("3, 5", 2, ("3", "5")),
        ("GPU-8f2a", 1, ("GPU-8f2a",)),
    ],
)
def test_the_first_of_those_given_are_taken(
    monkeypatch: pytest.MonkeyPatch, told: str | None, count: int, given: tuple[str, ...] | None
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if told is not None:
        monkeypatch.setenv(VARIABLE, told)
    assert given_gpus(count) == given


@pytest.mark.parametrize("told", ["", "3"])
def test_more_than_were_given_are_refused(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv(VARIABLE, told)
    with pytest.raises(BackendUnavailable, match=f"2 wanted, and {VARIABLE} grants"):
        given_gpus(2)


def test_docker_is_asked_for_those_devices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, "3,5,7")
    launch = Launch("fde_containers.main", tmp_path, tmp_path, tmp_path, gpus=2)
    (request,) = container_payload(launch, None, Path("/src"))["device_requests"]
    assert request["DeviceIDs"] == ["3", "5"]
    assert not request["Count"]


def test_bubblewrap_looks_for_those_device_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "997")
    with pytest.raises(BackendUnavailable, match="/dev/nvidia997 does not exist"):
        gpu_view(1)
    monkeypatch.setenv(VARIABLE, "GPU-8f2a")
    with pytest.raises(BackendUnavailable, match="name GPUs by number"):
        gpu_view(1)
