"""Who may import whom: every import of the packages is walked, those in functions too.

The walk reads syntax trees, so an import that no test happens to run is seen as well, and so is
`importlib.import_module("name")`. The planted snippets below show that each rule can fail.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "fde_env": ROOT / "fde_env",
    "fde_agents": ROOT / "agents" / "fde_agents",
    "fde_oracle": ROOT / "oracle" / "fde_oracle",
    "fde_containers": ROOT / "containers" / "fde_containers",
    "fde_probe": ROOT / "containers" / "fde_probe",
}

# Rule 2's "never reads the model", made checkable: nothing that opens a file, a process, a socket.
ORACLE_BANNED = {
    *("ctypes", "glob", "http", "importlib", "io", "mmap", "multiprocessing", "os", "pathlib"),
    *("pickle", "runpy", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "urllib"),
}
TRAINING = ("torch", "trl", "peft", "accelerate", "fde_containers")
SDKS = ("openai", "anthropic")

# Package or module prefix -> everything it may import besides the standard library and itself.
ALLOWED = {
    "fde_env.contract": ("pydantic", "fde_env.errors"),
    "fde_env.errors": (),
    "fde_env.stats": ("numpy", "scipy"),
    "fde_oracle": ("pydantic", "fde_env.contract", "fde_env.stats", "fde_env.errors"),
    "fde_agents": (
        "pydantic",
        "rich",
        "transformers",
        "fde_env.contract",
        "fde_env.errors",
        *SDKS,
    ),
    # Where users put callback and judge together; nothing of ours imports it.
    "fde_probe": ("fde_containers.clean_probe", "fde_env.stats.pool_judge"),
    "fde_containers": (
        "accelerate",
        "datasets",
        "numpy",
        "peft",
        "safetensors",
        "tokenizers",
        "torch",
        "transformers",
        "trl",
    ),
}
# Module -> the only modules and packages outside its own that may import it.
CALLERS = {
    "fde_oracle.grade": ("fde_env.env", "fde_env.regrade", "fde_env.certify"),
    "fde_oracle.assess": ("fde_env.env", "fde_env.regrade", "fde_env.certify"),
    "fde_oracle.compliance": ("fde_env.env", "fde_env.regrade", "fde_env.certify"),
    "fde_oracle.gold": ("fde_env.intervene", "fde_env.certify"),
    "fde_oracle": (
        "fde_env.env",
        "fde_env.regrade",
        "fde_env.certify",
        "fde_env.intervene",
    ),
    "fde_env.cli": (),
    "fde_probe": (),
    # Other people's runners: each library in its one file, which nothing of ours imports.
    "fde_env.bridges": (),
    "inspect_ai": ("fde_env.bridges.inspect",),
    "openenv": ("fde_env.bridges.openenv",),
}


@dataclass(frozen=True)
class Import:
    """One imported dotted name; `lazy` when it stands inside a function."""

    importer: str
    name: str
    line: int
    lazy: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.name}"


VERDICTS = ("rules", "grade", "gold")


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def _names(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = package.split(".")
            kept = parents[: len(parents) - node.level + 1]
            base = ".".join([*kept, base] if base else kept)
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and node.args:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        first = node.args[0]
        if called in {"import_module", "__import__"} and isinstance(first, ast.Constant):
            yield str(first.value)


def imports_of(source: str, module: str, *, is_package: bool = False) -> list[Import]:
    package = module if is_package else module.rpartition(".")[0]
    found: list[Import] = []

    def walk(node: ast.AST, *, lazy: bool) -> None:
        line = getattr(node, "lineno", 0)
        found.extend(Import(module, name, line, lazy) for name in _names(node, package))
        lazy = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            walk(child, lazy=lazy)

    walk(ast.parse(source), lazy=False)
    return found


def _outside_allowed(imp: Import) -> str | None:
    for owner, allowed in ALLOWED.items():
        if not within(imp.importer, owner) or within(imp.name, owner):
            continue
        top = imp.name.partition(".")[0]
        if top not in sys.stdlib_module_names and not any(within(imp.name, a) for a in allowed):
            return f"{owner} may import only the standard library, itself, {', '.join(allowed)}"
    if within(imp.importer, "fde_oracle") and imp.name.partition(".")[0] in ORACLE_BANNED:
        return "the oracle opens nothing: it grades facts that are handed to it"
    return None


def _wrong_caller(imp: Import) -> str | None:
    for target, callers in CALLERS.items():
        inside = within(imp.importer, target)
        if within(imp.name, target) and not inside and not within(imp.importer, "fde_oracle"):
            if not any(within(imp.importer, caller) for caller in callers):
                return f"{target} is imported by {', '.join(callers) or 'nothing'} alone"
            return None
    if imp.importer.startswith("fde_oracle.rules") and within(imp.name, "fde_oracle.gold"):
        return "a rule never looks at the reference submissions"
    judging = any(within(imp.importer, f"fde_oracle.{name}") for name in ("compliance", "assess"))
    if judging and any(within(imp.name, f"fde_oracle.{name}") for name in VERDICTS):
        return "compliance is judged apart from capability"
    return None


def _out_of_its_sandbox(imp: Import) -> str | None:
    # `fde_probe` runs in the user's own training process, never in the host's.
    if within(imp.importer, "fde_containers") or within(imp.importer, "fde_probe"):
        return None
    if any(within(imp.name, banned) for banned in TRAINING):
        return "training lives in fde_containers, which the host starts and never imports"
    if any(within(imp.name, sdk) for sdk in SDKS):
        if not within(imp.importer, "fde_agents"):
            return "an SDK is used by its agent alone"
        if not imp.lazy:
            return "an SDK is loaded on use, inside a function"
    return None


def violations(imports: list[Import]) -> list[str]:
    rules = (_outside_allowed, _wrong_caller, _out_of_its_sandbox)
    found = [f"{imp}: {why}" for imp in imports for rule in rules if (why := rule(imp))]
    for sdk in SDKS:
        users = sorted({imp.importer for imp in imports if within(imp.name, sdk)})
        if len(users) > 1:
            found.append(f"{sdk} is used in more than one file: {', '.join(users)}")
    return found


def _all_imports() -> list[Import]:
    found: list[Import] = []
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            module = ".".join([package, *(parts[:-1] if is_package else parts)])
            found += imports_of(path.read_text("utf-8"), module, is_package=is_package)
    return found


def test_every_import_keeps_the_contract() -> None:
    imports = _all_imports()
    assert {imp.importer.partition(".")[0] for imp in imports} >= {"fde_env"}
    assert violations(imports) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("fde_env.contract.ticket", "from fde_env.tickets import bank"),
        ("fde_env.contract.ticket", "from ..stats import mcnemar"),
        ("fde_env.contract.ticket", "import numpy"),
        ("fde_env.stats.power", "from fde_env.contract.policy import Policy"),
        ("fde_oracle.rules.eval", "def f():\n    import torch"),
        ("fde_oracle.rules.eval", "import importlib\nimportlib.import_module('safetensors')"),
        ("fde_oracle.grade", "from pathlib import Path"),
        ("fde_oracle.grade", "if True:\n    from fde_env import sandbox"),
        ("fde_oracle.grade", "import fde_agents"),
        ("fde_oracle.rules.plan", "from fde_oracle import gold"),
        ("fde_oracle.rules.plan", "from ..gold import reference"),
        ("fde_oracle.compliance.restraint", "from fde_oracle.rules import deploy"),
        ("fde_oracle.assess", "from fde_oracle.grade import judge"),
        ("fde_env.intervene", "from fde_oracle.compliance import JUDGES"),
        ("fde_env.evaluate.row", "from fde_oracle.assess import assess"),
        ("fde_agents.scripted", "from fde_env.env import FDEDeliveryEnv"),
        ("fde_agents.scripted", "from fde_oracle.gold import reference"),
        ("fde_agents.chat", "import openai"),
        ("fde_env.bench.models", "def f():\n    from anthropic import Anthropic"),
        ("fde_env.report.page", "from fde_oracle import grade"),
        ("fde_env.report.page", "from fde_oracle.rules import intake"),
        ("fde_env.env", "from fde_oracle.gold import reference"),
        ("fde_env.certify_more", "from fde_oracle.gold import reference"),
        ("fde_env.runs.launch", "def f():\n    import peft"),
        ("fde_env.runs.launch", "__import__('fde_containers.main')"),
        ("fde_env.bench.run", "from fde_env.cli import app"),
        ("fde_env.evaluate.play", "def f():\n    from fde_env.bridges.grpo import DeliveryTools"),
        ("fde_env.bridges.grpo", "def f():\n    import trl"),
        ("fde_env.bridges.grpo", "from openenv.core import GenericEnvClient"),
        ("fde_containers.trainer", "from fde_env.errors import FDEError"),
    ],
)
def test_a_planted_violation_is_found(module: str, source: str) -> None:
    assert violations(imports_of(source, module))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("fde_env.contract.ticket", "import json\nfrom .base import Frozen\nimport pydantic"),
        ("fde_oracle.rules.eval", "from fde_env.stats.mcnemar import learned\nimport math"),
        ("fde_oracle.grade", "from fde_oracle.rules import intake"),
        ("fde_agents.chat", "def f():\n    import openai"),
        ("fde_env.env", "from fde_oracle.grade import grade"),
        ("fde_env.intervene", "from fde_oracle.gold import reference"),
        ("fde_env.certify.checks.mutants", "from fde_oracle.grade import judge"),
        ("fde_containers.trainer", "import torch\nfrom fde_containers import probe"),
        ("fde_env.cli", "from fde_env.env import FDEDeliveryEnv"),
    ],
)
def test_what_the_contract_allows_passes(module: str, source: str) -> None:
    assert violations(imports_of(source, module)) == []


def test_one_sdk_in_two_files_is_found() -> None:
    source = "def f():\n    import openai"
    two = imports_of(source, "fde_agents.a") + imports_of(source, "fde_agents.b")
    assert any("more than one file" in line for line in violations(two))


def test_importing_the_environment_is_quick_and_light() -> None:
    # CPU time of a fresh process, best of three: another job on the machine must not fail this.
    program = (
        "import time, sys; t = time.process_time(); import fde_env; "
        "print(time.process_time() - t, *sorted(m for m in sys.modules if '.' not in m))"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    seconds: list[float] = []
    for _ in range(3):
        command = [sys.executable, "-c", program]
        run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        first, *modules = run.stdout.split()
        seconds.append(float(first))
        heavy = {"torch", "transformers", "trl", "peft", "datasets", "ray", "openai", "anthropic"}
        assert not heavy & set(modules)
    assert min(seconds) < 0.5, seconds


def test_the_wheel_holds_all_packages_and_their_data(tmp_path: Path) -> None:
    # From a copy of the tracked files: what git ignores must not be what makes it work.
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, tracked):
        if (ROOT / name).exists():
            target = tmp_path / "copy" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*build, "-w", str(tmp_path), str(tmp_path / "copy")], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    for package, folder in PACKAGES.items():
        inside = {
            f"{package}/{Path(name).relative_to(folder.relative_to(ROOT)).as_posix()}"
            for name in filter(None, tracked)
            if (ROOT / name).is_relative_to(folder) and (ROOT / name).exists()
        }
        assert inside
        assert inside <= packed, f"left out: {sorted(inside - packed)}"
    assert {name.partition("/")[0] for name in packed if ".dist-info" not in name} == set(PACKAGES)
