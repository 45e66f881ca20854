"""README cannot drift: its loop runs, its tree exists, its options are the options."""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import fmean

import pytest
from delivery_kit import STORE
from typer.testing import CliRunner

from fde_env.cli import app
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


def test_the_table_of_the_study_is_what_the_pack_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FDE_HOME", str(tmp_path))
    asked = ["confirm", "--execution", "replay", "--no-pictures", "--json", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    runs = json.loads(done.stdout)["runs"]
    rows = re.findall(r"^\| ([\w-]+) \([^)]+\) \| ([.\d| ]+) \|$", README, re.MULTILINE)
    assert len(rows) == 4
    for base, cells in rows:
        shown = [float(cell) for cell in cells.split("|")]
        mine = [run for run in runs if run["base"] == base]
        arms = [
            [run["accuracy"] for run in mine if run["arm"] == arm]
            for arm in ("correct", "permute", "noise", "mask")
        ]
        means = [fmean(run["base_accuracy"] for run in mine), *map(fmean, arms)]
        assert shown == pytest.approx(means, abs=0.0006), base
    assert sum(run["tbdl"] for run in runs) == 24
    assert {run["arm"] for run in runs if run["tbdl"]} == {"permute", "noise"}


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([\w-]+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_pictures_exist() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
