"""The backend is the one that was asked for, or the best isolated one: never a worse one."""

from __future__ import annotations

from pathlib import Path

import pytest

from fde_env.errors import BackendUnavailable, UsageError
from fde_env.sandbox.base import Process, Sandbox
from fde_env.sandbox.bubblewrap import BubblewrapSandbox
from fde_env.sandbox.choose import BACKENDS, choose_backend, make_backend


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="docker, bubblewrap, subprocess"):
        choose_backend("podman")


@pytest.mark.usefixtures("no_engine")
def test_nothing_isolated_means_an_error_that_names_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackendUnavailable, match="--backend subprocess") as caught:
        choose_backend()
    assert "no container engine answers" in str(caught.value)
    assert "bwrap is not installed" in str(caught.value)


@pytest.mark.usefixtures("no_engine")
def test_a_named_backend_is_not_replaced_by_another() -> None:
    with pytest.raises(BackendUnavailable, match="docker cannot run here"):
        choose_backend("docker")


@pytest.mark.bubblewrap
@pytest.mark.usefixtures("no_engine")
def test_bubblewrap_is_taken_where_no_engine_answers() -> None:
    status = BubblewrapSandbox().status()
    if not status.available:
        pytest.skip(f"bubblewrap cannot run here: {status.reason}")
    assert choose_backend().name == "bubblewrap"


@pytest.mark.docker
def test_an_engine_that_answers_is_taken_first(docker_backend: Sandbox) -> None:
    assert choose_backend().name == docker_backend.name == "docker"


def test_subprocess_says_that_it_isolates_nothing() -> None:
    status = choose_backend("subprocess").status()
    assert status.available
    assert not status.isolated
    assert "UNISOLATED" in status.reason


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend_meets_the_protocol_and_can_always_be_asked(name: str) -> None:
    backend = make_backend(name)
    assert isinstance(backend, Sandbox)
    assert backend.status().name == name
    assert not isinstance(backend, Process)


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:2375", "ssh://user@host"])
def test_a_remote_engine_is_refused_because_it_cannot_mount_our_folders(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    assert "remote" in make_backend("docker").status().reason
