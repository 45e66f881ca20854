"""Attack the sandbox from inside and write down what happened.

Started by the host (`fde doctor`, tests) as any other job. Each attack returns what
it saw; whether that means "enforced" is judged by the host, which alone knows what
should have been impossible. Standard library only, so it runs wherever Python does.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

CLONE_NEWUSER = 0x10000000
SYS_KEYCTL = {"x86_64": 250, "aarch64": 219}
PROC_FIELDS = ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp")


def network() -> dict[str, Any]:
    """Connect to a public address (TCP) and send to a name server (UDP)."""
    seen = {}
    for label, kind in (("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)):
        with socket.socket(socket.AF_INET, kind) as wire:
            wire.settimeout(3)
            try:
                wire.connect(("1.1.1.1", 53))
                seen[label] = "connected"
            except OSError as error:
                seen[label] = errno.errorcode.get(error.errno or 0, str(error))
    return {**seen, "interfaces": sorted(name for _, name in socket.if_nameindex())}


def host_files(paths: Sequence[str]) -> dict[str, str]:
    """Read files that only the host should have."""
    seen = {}
    for path in paths:
        try:
            with Path(path).open("rb") as file:
                file.read(1)
            seen[path] = "read"
        except OSError as error:
            seen[path] = errno.errorcode.get(error.errno or 0, str(error))
    return seen


def writes(folders: Sequence[str]) -> dict[str, str]:
    """Create a file in folders that must be read-only, and in those that need not be."""
    seen = {}
    for folder in folders:
        path = Path(folder, "fde-selfcheck-write")
        try:
            path.write_bytes(b"x")
            path.unlink()
            seen[folder] = "written"
        except OSError as error:
            seen[folder] = errno.errorcode.get(error.errno or 0, str(error))
    return seen


def environment() -> dict[str, Any]:
    """Every variable that this process, or one it can look into, has."""
    others = {}
    for path in Path("/proc").glob("[0-9]*/environ"):
        if path.parent.name != str(os.getpid()):
            try:
                others[path.parent.name] = path.read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
    return {"own": dict(os.environ), "others": others}


def identity() -> dict[str, Any]:
    """Uid, capabilities, seccomp mode, and whether new namespaces can be made."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    libc = ctypes.CDLL(None, use_errno=True)
    keyring = libc.syscall(SYS_KEYCTL.get(os.uname().machine, -1), 0, -3, 0)
    keyctl = "made" if keyring >= 0 else errno.errorcode.get(ctypes.get_errno(), "?")
    child = os.fork()
    if child == 0:
        os._exit(0 if libc.unshare(CLONE_NEWUSER) == 0 else min(ctypes.get_errno(), 250))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {
        "uid": os.getuid(),
        "keyctl": keyctl,
        "unshare": "made" if code == 0 else errno.errorcode.get(code, str(code)),
        "pids_seen": sum(1 for _ in Path("/proc").glob("[0-9]*")),
        **{name: fields[name].strip() for name in PROC_FIELDS if name in fields},
    }


def forks(most: int) -> dict[str, Any]:
    """Fork until it is refused or `most` children live, then let every child go."""
    children: list[int] = []
    refused = ""
    try:
        while len(children) < most:
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
    except OSError as error:
        refused = errno.errorcode.get(error.errno or 0, str(error))
    for child in children:
        os.kill(child, signal.SIGKILL)
    for child in children:
        os.waitpid(child, 0)
    return {"made": len(children), "refused": refused}


def imports(names: Sequence[str]) -> dict[str, str]:
    """Try to import packages that must not be here."""
    seen = {}
    for name in names:
        try:
            module = __import__(name)
            seen[name] = f"imported from {getattr(module, '__file__', None)}"
        except Exception as error:  # noqa: BLE001 (an import may fail in any way)
            seen[name] = type(error).__name__
    return seen


def memory(mib: int) -> dict[str, Any]:
    """Touch `mib` MiB, 16 at a time; a limit ends this process."""
    held = [bytearray(os.urandom(4096) * (16 << 8)) for _ in range(mib // 16)]
    return {"touched_mib": 16 * len(held)}


def fill(output: str, mib: int) -> dict[str, Any]:
    """Write one file of `mib` MiB among the outputs."""
    refused, chunk = "", os.urandom(1 << 20)
    with Path(output, "big").open("wb", buffering=0) as file:
        try:
            file.writelines(chunk for _ in range(mib))
        except OSError as error:
            refused = errno.errorcode.get(error.errno or 0, str(error))
        return {"written_bytes": file.tell(), "refused": refused}


def litter(output: str, files: int, seconds: float) -> dict[str, Any]:
    """Leave `files` small files among the outputs, in folders of 100, and stay."""
    for number in range(files):
        folder = Path(output, f"heap-{number // 100}")
        folder.mkdir(exist_ok=True)
        (folder / str(number)).write_bytes(b"x")
    Path(output, "sleeping").write_text(str(os.getpid()))
    time.sleep(seconds)
    return {"left": files}


def polite(output: str, seconds: float) -> dict[str, Any]:
    """Stay until SIGTERM, then leave a note and go."""

    def leave(*_: object) -> None:
        Path(output, "left").write_text("on SIGTERM")
        sys.exit(3)

    signal.signal(signal.SIGTERM, leave)
    Path(output, "sleeping").write_text(str(os.getpid()))
    time.sleep(seconds)
    return {"slept": seconds}


def echo(given: str, seconds: float) -> dict[str, Any]:
    """Wait for a file that the host adds during the run, and say what it holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return {"heard": Path(given, "ping").read_text()}
        except FileNotFoundError:
            time.sleep(0.01)
    return {"heard": None}


def sleep(output: str, seconds: float, children: int) -> dict[str, Any]:
    """Stay, deaf to SIGTERM, with some children of its own."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for _ in range(children):
        if os.fork() == 0:
            time.sleep(seconds)
            os._exit(0)
    Path(output, "sleeping").write_text(str(os.getpid()))
    time.sleep(seconds)
    return {"slept": seconds}


def plant(output: str, target: str) -> dict[str, Any]:
    """Leave a link to a host file, a link to its folder and a pipe among the outputs."""
    out = Path(output)
    (out / "link.json").symlink_to(target)
    (out / "folder").symlink_to(Path(target).parent)
    os.mkfifo(out / "pipe.json")
    return {"planted": target}


def main() -> int:
    """Run the chosen attacks and write `selfcheck.json`."""
    given = _arguments()
    attacks: dict[str, Callable[[], dict[str, Any]]] = {
        "network": network,
        "files": lambda: host_files(given.paths),
        "writes": lambda: writes(
            ("/", "/usr", given.base, given.input, given.output, *given.paths)
        ),
        "environment": environment,
        "identity": identity,
        "forks": lambda: forks(given.forks),
        "imports": lambda: imports(given.names),
        "memory": lambda: memory(given.mib),
        "fill": lambda: fill(given.output, given.mib),
        "litter": lambda: litter(given.output, given.files, given.seconds),
        "echo": lambda: echo(given.input, given.seconds),
        "polite": lambda: polite(given.output, given.seconds),
        "sleep": lambda: sleep(given.output, given.seconds, 3),
        "plant": lambda: plant(given.output, given.paths[0]),
        "raise": lambda: sys.exit("asked to fail"),
    }
    seen = {}
    for name in given.attack:
        try:
            seen[name] = attacks[name]()
        except OSError as error:
            seen[name] = {"error": str(error)}
    target = Path(given.output, "selfcheck.json")
    target.with_suffix(".part").write_text(json.dumps(seen))
    target.with_suffix(".part").replace(target)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--input", "--output", "--base"):
        parser.add_argument(name, required=True)
    for name in ("--attack", "--paths", "--names"):
        parser.add_argument(name, action="append", default=[])
    parser.add_argument("--mib", type=int, default=0)
    parser.add_argument("--forks", type=int, default=0)
    parser.add_argument("--files", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60.0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
