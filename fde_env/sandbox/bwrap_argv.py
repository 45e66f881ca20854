"""The command line of `bwrap`: what a job sees, and what it may not do.

Source of every flag: `man bwrap`, version 0.8.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from fde_env.errors import BackendUnavailable
from fde_env.sandbox.base import INSIDE_USER, Launch
from fde_env.sandbox.cgroup import Group
from fde_env.sandbox.gpus import given_gpus
from fde_env.sandbox.layout import CODE, PACKAGE, TMP, Layout

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
ETC = ("/etc/ld.so.cache", "/etc/localtime")
GPU_NODES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")
SHARED = "/dev/shm"  # noqa: S108 (the job's own)
TMP_BYTES = 1 << 30


def mount_plan(launch: Launch, layout: Layout) -> dict[str, Path]:
    """Path inside -> host folder, parents before children; only `/out` is writable."""
    plan = {str(r): r for r in layout.roots if not str(r).startswith(("/usr/", "/lib/"))}
    plan.pop("/usr", None)
    plan[f"{CODE}/{PACKAGE}"] = layout.package
    plan["/in"] = launch.input_dir.resolve()
    plan["/base"] = launch.base_dir.resolve()
    plan["/out"] = launch.output_dir.resolve()
    return plan


def stage_root() -> str:
    """A folder for temporary files that every user may pass through."""
    candidates = (tempfile.gettempdir(), "/run", "/var/tmp")  # noqa: S108 (mkdtemp is used)
    for candidate in candidates:
        path = Path(candidate).resolve()
        if path.is_dir() and all(p.stat().st_mode & 0o001 for p in (path, *path.parents)):
            return str(path)
    return candidates[0]


def staged(stage: Path, inside: str) -> Path:
    """Where the launcher binds a folder so that an unprivileged uid can reach it."""
    return stage / quote(inside, safe="")


def launcher(
    argv: list[str], mounts: Mapping[str, Path], stage: Path, group: Group | None
) -> list[str]:
    """Wrap a bwrap command for a host that is root.

    One shell, in a mount namespace of its own: enters the control group, binds each
    folder below `stage`, then becomes setpriv and bwrap without another fork, so that
    the pid the host knows stays the same throughout.
    """
    lines = ["set -e"]
    lines += [f"echo $$ > {shlex.quote(path)}" for path in (group.joins if group else ())]
    where = shlex.quote(str(stage))
    lines.append(f"mount -t tmpfs -o mode=0755,size=1m tmpfs {where}")
    for inside, host in mounts.items():
        target = shlex.quote(str(staged(stage, inside)))
        lines.append(f"mkdir {target}; mount --bind {shlex.quote(str(host))} {target}")
    lines.append('exec "$@"')
    return ["unshare", "--mount", "--", "sh", "-c", "\n".join(lines), "sh", *dropped(), *argv]


def dropped() -> list[str]:
    """Prefix that gives up root for good."""
    user = str(INSIDE_USER)
    drop = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs"]
    return [*drop, "--inh-caps=-all", "--bounding-set=-all", "--"]


def isolation(info: int | None) -> list[str]:
    """New namespaces of every kind, no capability; the inside pid is told on `info`."""
    flags = ["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"]
    flags += ["--new-session", "--cap-drop", "ALL", "--hostname", "sandbox"]
    flags += ["--uid", str(INSIDE_USER), "--gid", str(INSIDE_USER)]
    return flags if info is None else [*flags, "--info-fd", str(info)]


def system_view() -> list[str]:
    """The host's programs and libraries, a fresh `/proc`, a small `/dev`, an empty `/tmp`."""
    view = []
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            view += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            view += ["--ro-bind", str(path), str(path)]
    for name in ETC:
        view += ["--ro-bind-try", name, name]
    size = ["--size", str(TMP_BYTES)]
    view += ["--proc", "/proc", "--dev", "/dev", *size, "--tmpfs", SHARED]
    return [*view, "--remount-ro", "/dev", *size, "--perms", "1777", "--tmpfs", TMP]


def gpu_view(gpus: int) -> list[str]:
    """Device nodes of `gpus` NVIDIA cards: those given to this process, else the first.

    Raises:
        BackendUnavailable: the host has fewer, or they are given by names that are no numbers.
    """
    if gpus == 0:
        return []
    numbers = given_gpus(gpus) or tuple(map(str, range(gpus)))
    if not all(number.isdecimal() for number in numbers):
        raise BackendUnavailable(
            f"no GPU to give: {', '.join(numbers)} has no device node of its own; use docker, or "
            "name GPUs by number"
        )
    cards = [f"/dev/nvidia{number}" for number in numbers]
    missing = [card for card in cards if not Path(card).exists()]
    if missing:
        raise BackendUnavailable(f"no GPU to give: {missing[0]} does not exist on this machine")
    return [w for node in (*cards, *GPU_NODES) for w in ("--dev-bind-try", node, node)]


def probe() -> list[str]:
    """The least that shows whether namespaces can be made here."""
    argv = ["bwrap", *isolation(None), *system_view(), "--remount-ro", "/", "/bin/true"]
    return [*dropped(), *argv] if os.geteuid() == 0 else argv
