"""The private engine of CI: it answers, it is alone, and only it is stopped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fde_env.sandbox import engine
from fde_env.sandbox.docker_backend import DockerSandbox

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    # A socket's path must stay short, and pytest's own folders are long.
    path = Path(tempfile.mkdtemp(prefix="fde-e-"))
    yield path
    engine.stop_engine(path)


@pytest.mark.docker
@pytest.mark.parametrize("driver", engine.DRIVERS)
def test_an_engine_starts_answers_and_leaves_nothing(
    folder: Path, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("only root can start dockerd, where it is installed")
    monkeypatch.setattr(engine, "DRIVERS", (driver,))
    address = engine.start_engine(folder)
    assert address == f"unix://{folder}/docker.sock"
    monkeypatch.setenv("DOCKER_HOST", address)
    status = DockerSandbox().status()
    assert status.available, status.reason
    pid = int((folder / "dockerd.pid").read_text())
    engine.stop_engine(folder)
    assert not Path(f"/proc/{pid}/fd/0").exists()
    assert not folder.exists()
    assert not DockerSandbox().status().available


def test_a_pid_that_is_somebody_else_is_not_stopped(folder: Path) -> None:
    alien = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (folder / "dockerd.pid").write_text(str(alien.pid))
    engine.stop_engine(folder)
    assert alien.poll() is None
    alien.kill()
    alien.wait()


def test_a_missing_dockerd_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(FileNotFoundError, match="apt-get install"):
        engine.start_engine(folder)


def test_it_runs_as_a_file_before_anything_is_installed(folder: Path) -> None:
    # -S: no site-packages at all, as on a fresh machine.
    script = ROOT / "fde_env" / "sandbox" / "engine.py"
    argv = [sys.executable, "-S", str(script), "stop", str(folder / "none")]
    done = subprocess.run(argv, cwd="/", env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
