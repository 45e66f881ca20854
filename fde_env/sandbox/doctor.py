"""What each backend really enforces on this machine, found out by attacking it.

A small job inside every available backend tries what a hostile training job would:
reach the network, read the host's files and secrets, write elsewhere, fork without
end, take more memory, time or disk than it was given. Each finding carries what was seen.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fde_env.errors import InfrastructureError
from fde_env.sandbox.base import BackendStatus, Exit, Finding, Launch, Limits, Sandbox
from fde_env.sandbox.choose import BACKENDS, make_backend
from fde_env.sandbox.folders import read_output
from fde_env.sandbox.layout import HOST_ONLY
from fde_env.sandbox.output_limit import LOOK_SECONDS

MODULE = "fde_containers.selfcheck"
LIMITS = Limits(memory_mib=256, cpus=1.0, pids=32, wall_seconds=60.0, output_mib=16)
OVER_MIB = 1024
OVER_FILES = 1000
SHORT_SECONDS = 1.0
MOST_BYTES = 1 << 20
HARMLESS = ("environment", "identity")
ATTACKS = ("network", "files", "writes", *HARMLESS, "imports", "forks")
BOUNDARIES = (
    *("network", "host files", "writes", "host code", "processes", "memory"),
    *("capabilities", "seccomp", "namespaces", "user"),
)


@dataclass(frozen=True)
class Canary:
    """A secret that the host holds in variables and in a file."""

    value: str
    file: Path


def diagnose(names: tuple[str, ...] = BACKENDS) -> tuple[BackendStatus, ...]:
    """Attack every backend that is available here; 4 to 11 s each."""
    return tuple(_examine(make_backend(name)) for name in names)


def _examine(backend: Sandbox) -> BackendStatus:
    status = backend.status()
    if not status.available:
        return status
    try:
        with tempfile.TemporaryDirectory(prefix="fde-doctor-") as folder:
            findings = examine_backend(backend, Path(folder), isolated=status.isolated)
    except InfrastructureError as error:
        return replace(status, available=False, reason=f"the probe failed: {error}")
    return replace(status, enforces=findings)


def examine_backend(backend: Sandbox, folder: Path, *, isolated: bool) -> tuple[Finding, ...]:
    """Run the attacks; an unisolated backend gets only those that harm nothing.

    Args:
        backend: an available backend.
        folder: an empty folder of the host.
        isolated: whether the backend claims to confine.

    Raises:
        InfrastructureError: the probe itself did not run.
    """
    with plant_canary(folder) as canary:
        seen = _attack(backend, folder / "probe", canary, ATTACKS if isolated else HARMLESS)
    findings = [_environment(seen["environment"], canary), _wall(backend, folder / "wall")]
    findings += [_one_file(backend, folder / "file"), _many_files(backend, folder / "files")]
    if not isolated:
        untried = "not attacked: this backend confines nothing"
        return (*findings, *(Finding(name, False, untried) for name in BOUNDARIES))
    memory = _memory(backend, folder / "memory")
    return (*findings, memory, *_boundaries(seen), *_privileges(seen["identity"]))


@contextmanager
def plant_canary(folder: Path) -> Iterator[Canary]:
    """Put a secret where a leaking backend would show it."""
    name, value = "FDE_DOCTOR_API_KEY", secrets.token_hex(16)
    file = folder / "secret"
    file.write_text(value)
    os.environ[name] = value
    # What a process is started with shows in /proc; what it sets itself does not.
    holder = subprocess.Popen(["sleep", "600"], env=dict(os.environ), stdout=subprocess.DEVNULL)
    try:
        yield Canary(value, file)
    finally:
        del os.environ[name]
        holder.kill()
        holder.wait()


def run_probe(
    backend: Sandbox, folder: Path, arguments: tuple[str, ...], limits: Limits = LIMITS
) -> tuple[Exit, dict[str, Any]]:
    """Run the self-check with some arguments; how it ended and what it wrote.

    Raises:
        InfrastructureError: it cannot be started, or what it left is no plain file.
    """
    given, left, base = (folder / name for name in ("in", "out", "base"))
    for each in (given, left, base):
        each.mkdir(parents=True)
    process = backend.start(Launch(MODULE, given, left, base, limits, arguments))
    try:
        process.wait(limits.wall_seconds + 30)
    finally:
        process.stop()
    try:
        seen = json.loads(read_output(left / "selfcheck.json", MOST_BYTES))
    except FileNotFoundError:
        seen = {}
    return process.outcome(), seen


def _attack(
    backend: Sandbox, folder: Path, canary: Canary, attacks: tuple[str, ...]
) -> dict[str, Any]:
    paths = ("/etc/shadow", str(canary.file), str(Path(__file__)), str(canary.file.parent))
    flags = [word for name in attacks for word in ("--attack", name)]
    flags += [word for path in paths for word in ("--paths", path)]
    flags += [word for name in HOST_ONLY for word in ("--names", name)]
    ended, seen = run_probe(backend, folder, (*flags, "--forks", str(8 * LIMITS.pids)))
    if ended.code != 0 or set(seen) != set(attacks):
        raise InfrastructureError(f"exit {ended.code}: {ended.stderr_tail.strip()[-300:]}")
    return seen


def _environment(seen: Mapping[str, Any], canary: Canary) -> Finding:
    leaked = canary.value in json.dumps(seen)
    return Finding("environment", not leaked, "secret seen" if leaked else "secret not seen")


def _wall(backend: Sandbox, folder: Path) -> Finding:
    limits = replace(LIMITS, wall_seconds=SHORT_SECONDS)
    ended, _ = run_probe(backend, folder, ("--attack", "sleep"), limits)
    return Finding("wall clock", ended.timed_out, f"exit {ended.code} after {SHORT_SECONDS:g} s")


def _one_file(backend: Sandbox, folder: Path) -> Finding:
    asked = 4 * LIMITS.output_mib
    ended, seen = run_probe(backend, folder, ("--attack", "fill", "--mib", str(asked)))
    try:
        size = (folder / "out" / "big").stat().st_size
    except FileNotFoundError as error:
        tail = ended.stderr_tail.strip()[-300:]
        raise InfrastructureError(f"exit {ended.code}: {tail}") from error
    refused = seen.get("fill", {}).get("refused")
    how = f"the kernel says {refused}" if refused else f"exit {ended.code}"
    written = f"{size >> 20} of {asked} MiB written, {how}"
    return Finding("output file", size <= LIMITS.output_mib << 20, written)


def _many_files(backend: Sandbox, folder: Path) -> Finding:
    ended, _ = run_probe(backend, folder, ("--attack", "litter", "--files", str(OVER_FILES)))
    left = sum(1 for path in (folder / "out").rglob("*") if path.is_file())
    seen = (
        f"{left} small files, exit {ended.code} when the host looked, every {LOOK_SECONDS:g} s "
        "(unlinked files that are held open are not counted)"
    )
    return Finding("output folder", ended.overfull and ended.code != 0, seen)


def _memory(backend: Sandbox, folder: Path) -> Finding:
    ended, seen = run_probe(backend, folder, ("--attack", "memory", "--mib", str(OVER_MIB)))
    said = seen.get("memory", f"exit {ended.code}, out of memory: {ended.oom}")
    return Finding("memory", ended.code != 0 and ended.oom, f"{OVER_MIB} MiB asked: {said}")


def _boundaries(seen: Mapping[str, Any]) -> Iterator[Finding]:
    network = {key: seen["network"][key] for key in ("tcp", "udp")}
    yield Finding("network", "connected" not in network.values(), _say(network))
    read = [path for path, result in seen["files"].items() if result in ("read", "EISDIR")]
    yield Finding("host files", not read, f"could read: {read}" if read else "none was there")
    written = [path for path, result in seen["writes"].items() if result == "written"]
    yield Finding("writes", written == ["/out"], f"could write: {', '.join(written)}")
    imported = [name for name, result in seen["imports"].items() if result.startswith("imported")]
    yield Finding("host code", not imported, f"could import: {', '.join(imported) or 'none'}")
    forks = seen["forks"]
    held = bool(forks["refused"]) and forks["made"] <= LIMITS.pids
    yield Finding("processes", held, f"{forks['made']} forks of {LIMITS.pids} allowed")


def _privileges(seen: Mapping[str, Any]) -> Iterator[Finding]:
    yield Finding("capabilities", int(seen["CapEff"], 16) == 0, f"CapEff {seen['CapEff']}")
    filtered = seen["Seccomp"] == "2" and seen["keyctl"] == "EPERM"
    yield Finding("seccomp", filtered, f"mode {seen['Seccomp']}, keyctl {seen['keyctl']}")
    yield Finding("namespaces", seen["unshare"] != "made", f"unshare {seen['unshare']}")
    yield Finding("user", seen["uid"] != 0, f"uid {seen['uid']}")


def _say(result: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in result.items())
