"""What a job needs of the host's Python, found without importing any of it.

A sandbox shows the job three read-only things: the Python prefix, the environment's
site-packages (as the whole virtual environment) and the one folder of
`fde_containers`. The graders and the tickets stay out: where they are installed
inside the environment itself, the folders named by `Layout.hidden` are covered.
"""

from __future__ import annotations

import importlib.util
import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from fde_env.errors import BackendUnavailable
from fde_env.sandbox.base import Launch

PACKAGE = "fde_containers"
HOST_ONLY = ("fde_env", "fde_oracle", "fde_agents")
CODE = "/code"
TMP = "/tmp"  # noqa: S108 (a file system of the job's own, not the host's)
OWN_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "PATH")


@dataclass(frozen=True)
class Layout:
    """Host folders that a job sees read-only, at the same path inside.

    Args:
        python: the interpreter to start, a path inside one of `roots`.
        roots: folders to show, parents before children, none inside another.
        package: the folder of `fde_containers`.
        hidden: folders below a root that must be covered by an empty one.
    """

    python: Path
    roots: tuple[Path, ...]
    package: Path
    hidden: tuple[Path, ...]


def package_folder(name: str) -> Path | None:
    """Folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def find_layout() -> Layout:
    """Find what to mount.

    Raises:
        BackendUnavailable: `fde_containers` is not installed.
    """
    package = package_folder(PACKAGE)
    if package is None:
        raise BackendUnavailable(
            f"the package {PACKAGE} cannot be found: install fde-env with `pip install -e .`"
        )
    roots = _outermost({Path(sys.base_prefix), Path(sys.base_prefix).resolve(), Path(sys.prefix)})
    folders = (package_folder(name) for name in HOST_ONLY)
    hidden = tuple(f for f in folders if f is not None and any(_below(f, root) for root in roots))
    return Layout(Path(sys.executable), roots, package, hidden)


def inside_argv(launch: Launch, python: str, folders: tuple[str, str, str]) -> list[str]:
    """Command line of the job, with the folders (in, out, base) as it will see them."""
    given, left, base = folders
    return [
        *(python, "-m", launch.module),
        *("--input", given, "--output", left, "--base", base),
        *launch.arguments,
    ]


def inside_environment(launch: Launch, python_path: str, home: str) -> dict[str, str]:
    """The whole environment of the job: nothing is inherited from the host.

    Threads follow the CPU limit, and waiting threads sleep instead of spinning: on
    shared cores spinning costs more than the arithmetic of a tiny model.
    """
    threads = str(max(1, math.floor(min(launch.limits.cpus, os.cpu_count() or 1))))
    extra = {k: v for k, v in launch.environment.items() if k not in OWN_VARIABLES}
    return {
        "HF_DATASETS_OFFLINE": "1",
        "MKL_NUM_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        **extra,
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": f"{home}/hf",
        "HOME": home,
        "LANG": "C.UTF-8",
        "LOGNAME": "job",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": python_path,
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": home,
        "USER": "job",
    }


def _below(path: Path, root: Path) -> bool:
    return path == root or root in path.parents


def _outermost(paths: set[Path]) -> tuple[Path, ...]:
    """Drop every path that lies inside another one."""
    kept = [p for p in paths if not any(p != other and _below(p, other) for other in paths)]
    return tuple(sorted(kept))
