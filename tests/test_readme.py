"""README cannot drift: its loop runs, its tree exists, its options are the options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from delivery_kit import STORE

from fde_env.contract.stage import KIND_OF, STAGES
from fde_env.options import Options

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_ten_line_loop_runs_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = re.search(r"## The ten-line loop\n\n```python\n(.*?)```", README, re.DOTALL)
    assert loop is not None
    monkeypatch.setenv("FDE_HOME", str(STORE))
    # The same lines on recorded smoke evidence; a full training would take a minute.
    shrunk = loop.group(1).replace(
        'trap="permute")',
        'trap="permute", seed=1, data_seed=1, size="smoke", execution="replay")',
    )
    assert shrunk != loop.group(1)
    names: dict[str, object] = {}
    exec(compile(shrunk, "README.md", "exec"), names)  # noqa: S102  # README's own lines
    assert names["terminated"] is True


def test_the_tree_names_only_what_exists() -> None:
    tree = README.split("## Layout", 1)[1].split("```")[1]
    top = ""
    for line in tree.strip().splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            top = name
            assert (ROOT / name).exists(), name
        else:
            assert (ROOT / top / name).exists(), top + name


def test_every_option_and_stage_is_described() -> None:
    for name in Options.model_fields:
        assert f"`{name}`" in README or name == "domain", name
    for stage in STAGES:
        assert f"| {stage} | {KIND_OF[stage]} |" in README


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([\w-]+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_pictures_exist() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
