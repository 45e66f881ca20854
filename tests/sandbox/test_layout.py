"""What a job is shown of the host's Python, and what its environment holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fde_env.sandbox.base import Launch, Limits
from fde_env.sandbox.layout import find_layout, inside_argv, inside_environment


def _launch(**changes: object) -> Launch:
    here = Path()
    return Launch("fde_containers.main", here, here, here, **changes)  # type: ignore[arg-type]


def test_the_package_is_found_without_importing_it_or_torch() -> None:
    code = (
        "import sys; from fde_env.sandbox.layout import find_layout; find_layout();"
        "import fde_env.sandbox;"
        "print(sorted({'torch', 'docker', 'fde_containers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_roots_hold_the_interpreter_and_do_not_nest() -> None:
    layout = find_layout()
    assert layout.package.name == "fde_containers"
    assert any(root in layout.python.parents for root in layout.roots)
    for root in layout.roots:
        assert not any(other in root.parents for other in layout.roots)


def test_the_repository_is_not_among_the_roots() -> None:
    repository = Path(__file__).resolve().parents[2]
    assert not any(r == repository or r in repository.parents for r in find_layout().roots)


def test_the_command_line_names_the_folders_as_the_job_sees_them() -> None:
    argv = inside_argv(_launch(arguments=("--x", "1")), "python", ("/in", "/out", "/base"))
    assert argv == [
        *("python", "-m", "fde_containers.main"),
        *("--input", "/in", "--output", "/out", "--base", "/base", "--x", "1"),
    ]


def test_nothing_of_the_host_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "/host")
    environment = inside_environment(_launch(), "/code", "/home")
    assert "HF_TOKEN" not in environment
    assert environment["PYTHONPATH"] == "/code"
    assert environment["HF_HUB_OFFLINE"] == "1"


def test_a_launch_may_add_variables_but_not_what_isolation_rests_on() -> None:
    extra = {"CUDA_VISIBLE_DEVICES": "0", "PYTHONPATH": "/evil", "HF_HUB_OFFLINE": "0"}
    environment = inside_environment(_launch(environment=extra), "/code", "/home")
    assert environment["CUDA_VISIBLE_DEVICES"] == "0"
    assert environment["PYTHONPATH"] == "/code"
    assert environment["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize(("cpus", "threads"), [(0.5, "1"), (1.0, "1"), (1.9, "1")])
def test_there_is_at_least_one_thread(cpus: float, threads: str) -> None:
    environment = inside_environment(_launch(limits=Limits(cpus=cpus)), "/code", "/home")
    assert environment["OMP_NUM_THREADS"] == threads
