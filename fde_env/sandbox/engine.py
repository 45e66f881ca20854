"""A private container engine for tests and CI, apart from any that the machine has.

    python3 fde_env/sandbox/engine.py start FOLDER     prints DOCKER_HOST
    python3 fde_env/sandbox/engine.py stop FOLDER

It keeps its data, its state and its socket in one folder, makes no network and no
firewall rules, and `stop` ends only the process that `start` made. Standard library
only and no import of this package, so that CI can run it before anything is installed.
Needs root and `dockerd`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

DRIVERS = ("overlay2", "vfs")
START_SECONDS = 60.0
STOP_SECONDS = 20.0


def start_engine(folder: Path) -> str:
    """Start an engine whose whole state is in `folder`; its address for DOCKER_HOST.

    Raises:
        FileNotFoundError: `dockerd` is not installed.
        ChildProcessError: it does not answer with any storage driver; the end of its
            log is in the message.
    """
    if shutil.which("dockerd") is None:
        raise FileNotFoundError("dockerd is not installed: `apt-get install docker.io`")
    folder.mkdir(parents=True, exist_ok=True)
    for driver in DRIVERS:
        engine = _spawn(folder, driver)
        if _answers(folder / "docker.sock", engine):
            return f"unix://{folder / 'docker.sock'}"
        engine.kill()
        engine.wait()
    tail = (folder / "dockerd.log").read_text(errors="replace")[-2000:]
    raise ChildProcessError(f"dockerd does not answer; its log ends:\n{tail}")


def stop_engine(folder: Path) -> None:
    """Stop the engine of `folder`, if it runs, and remove the folder."""
    pid = _own_pid(folder)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _own_pid(folder) is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                break
            time.sleep(0.05)
    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        where = line.split()[1].replace("\\040", " ")
        if where.startswith(f"{folder.resolve()}/"):
            subprocess.run(["umount", "-l", where], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def _spawn(folder: Path, driver: str) -> subprocess.Popen[bytes]:
    options = {
        "data-root": folder / "data",
        "exec-root": folder / "exec",
        "pidfile": folder / "dockerd.pid",
        "host": f"unix://{folder / 'docker.sock'}",
        "storage-driver": driver,
        "bridge": "none",
    }
    argv = ["dockerd", *(f"--{name}={value}" for name, value in options.items())]
    argv += [f"--{name}=false" for name in ("iptables", "ip6tables", "ip-forward", "ip-masq")]
    with (folder / "dockerd.log").open("wb") as log:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _answers(socket: Path, engine: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and engine.poll() is None:
        if socket.exists() and _ping(socket):
            return True
        time.sleep(0.1)
    return False


def _ping(path: Path) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
        wire.settimeout(5)
        try:
            wire.connect(str(path))
            wire.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b"200 OK" in wire.recv(256)
        except OSError:
            return False


def _own_pid(folder: Path) -> int | None:
    """The engine's pid, only while that pid is still the engine of this folder."""
    try:
        pid = int((folder / "dockerd.pid").read_text())
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if str(folder).encode() in line else None


def main() -> int:
    """Command line: start or stop."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("start", "stop"):
        sys.stderr.write(__doc__ or "")
        return 2
    folder = Path(sys.argv[2]).absolute()
    if sys.argv[1] == "start":
        sys.stdout.write(start_engine(folder) + "\n")
    else:
        stop_engine(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
