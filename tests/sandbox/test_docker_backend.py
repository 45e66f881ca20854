"""The request that reaches the engine, and what its refusals are turned into."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from fde_env.errors import BackendUnavailable
from fde_env.sandbox.base import Launch, Limits, Sandbox
from fde_env.sandbox.docker_backend import DockerSandbox, connect, container_payload
from fde_env.sandbox.docker_image import environment_key, write_rootfs
from fde_env.sandbox.layout import Layout, find_layout


def _launch(folder: Path, gpus: int = 0) -> Launch:
    folders = [folder / name for name in ("in", "out", "base")]
    for each in folders:
        each.mkdir()
    arguments = ("--attack", "identity")
    limits = Limits(512, 1.5, 40, 60.0, 7)
    return Launch("fde_containers.selfcheck", *folders, limits, arguments, gpus)


def _layout() -> Layout:
    roots = (Path("/opt/python"), Path("/opt/venv"))
    hidden = (Path("/opt/venv/lib/fde_oracle"),)
    return Layout(Path("/opt/venv/bin/python"), roots, Path("/src/fde_containers"), hidden)


def test_gpus_are_requested_as_devices(tmp_path: Path) -> None:
    payload = container_payload(_launch(tmp_path, gpus=2), None, Path("/src"))
    (request,) = payload["device_requests"]
    assert request["Count"] == 2
    assert request["Capabilities"] == [["gpu"]]


def test_without_gpus_no_device_is_requested(tmp_path: Path) -> None:
    payload = container_payload(_launch(tmp_path), None, Path("/src"))
    assert payload["device_requests"] is None


def test_the_request_confines(tmp_path: Path) -> None:
    payload = container_payload(_launch(tmp_path), _layout(), Path("/src"))
    expected = {
        "network_mode": "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "pids_limit": 40,
        "mem_limit": "512m",
        "memswap_limit": "512m",
        "nano_cpus": 1_500_000_000,
        "init": True,
    }
    assert {key: payload[key] for key in expected} == expected
    assert "privileged" not in payload
    assert payload["user"] not in ("0", "0:0", "root")


def test_the_size_of_a_file_is_limited_like_the_folder(tmp_path: Path) -> None:
    payload = container_payload(_launch(tmp_path), None, Path("/src"))
    (limit,) = payload["ulimits"]
    assert (limit.name, limit.soft, limit.hard) == ("fsize", 7 << 20, 7 << 20)


def test_only_the_output_is_mounted_writable(tmp_path: Path) -> None:
    payload = container_payload(_launch(tmp_path), _layout(), Path("/src"))
    writable = [bind for bind in payload["volumes"] if not bind.endswith(":ro")]
    assert writable == [f"{tmp_path / 'out'}:/out:rw"]
    assert payload["tmpfs"]["/opt/venv/lib/fde_oracle"].startswith("ro,")


def test_an_image_with_its_own_python_gets_none_of_ours(tmp_path: Path) -> None:
    payload = container_payload(_launch(tmp_path), None, Path("/src"))
    inside = {bind.split(":")[1] for bind in payload["volumes"]}
    assert inside == {"/in", "/out", "/base", "/code/fde_containers"}
    assert payload["command"][0] == "python"


@pytest.mark.docker
def test_an_engine_without_gpus_says_so_in_plain_words(
    docker_backend: Sandbox, tmp_path: Path
) -> None:
    if shutil.which("nvidia-container-runtime-hook"):
        pytest.skip("this machine has a GPU runtime")
    with pytest.raises(BackendUnavailable, match="no GPU runtime"):
        docker_backend.start(_launch(tmp_path, gpus=1))


@pytest.mark.docker
def test_a_missing_image_is_an_error_and_no_pull(docker_backend: Sandbox, tmp_path: Path) -> None:
    assert docker_backend.status().available
    with pytest.raises(BackendUnavailable, match="nothing is pulled"):
        DockerSandbox(image="fde-no-such-image:1").start(_launch(tmp_path))


@pytest.mark.docker
def test_no_container_is_left_after_a_job(docker_backend: Sandbox, tmp_path: Path) -> None:
    process = docker_backend.start(_launch(tmp_path))
    assert process.wait(60) == 0
    client = connect(10)
    left = client.containers.list(all=True, filters={"label": "fde.job=1"})
    assert process.limits_in_force()
    assert [c for c in left if c.attrs["Args"][-1] == str(tmp_path)] == []
    assert not [m for c in left for m in c.attrs["Mounts"] if m["Source"] == str(tmp_path / "out")]
    client.close()


def test_the_image_is_named_by_its_content() -> None:
    # The same libraries must give the same bytes, or every start would build a new image.
    import sys

    if sys.platform != "linux":
        pytest.skip("the image is made of Linux libraries")
    found = find_layout()
    small = Layout(found.python, (), found.package, ())
    with tempfile.TemporaryFile() as first, tempfile.TemporaryFile() as second:
        write_rootfs(first, small)
        write_rootfs(second, small)
        first.seek(0)
        second.seek(0)
        content = first.read()
        assert content == second.read()
    assert b"bin/sh" in content
    assert environment_key(found) == environment_key(find_layout())
    assert environment_key(found) != environment_key(small)
