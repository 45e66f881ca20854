"""The pack is deterministic, complete, and what a fresh clone replays from."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from delivery_kit import STORE
from study_kit import SMOKE_STUDY, quiet, recorded

from fde_env.bench.pack import PACK, write_pack
from fde_env.bench.plan import Planned, Study, plan_study
from fde_env.bench.recorded import recorded_study
from fde_env.bench.results import study_results
from fde_env.bench.workers import Workplace, gather
from fde_env.contract.evidence import Evidence
from fde_env.errors import ReplayMiss
from fde_env.runs.store import BasePredictions, Store
from fde_env.suite.record import recorded_runs

TABLE = ("correct", "permute", "noise", "mask")
SHIPPED = pytest.mark.skipif(not PACK.is_dir(), reason="no pack in this tree")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The recorded smoke runs, with base predictions beside them."""
    home = tmp_path / "home"
    shutil.copytree(STORE / "runs", home / "runs")
    for planned, _ in recorded():
        spec = planned.request.spec
        prompts = planned.request.sets.prompts
        answers = tuple((name, (0,) * len(rows)) for name, rows in prompts.items())
        Store(home).keep_base(
            BasePredictions(
                base_digest=spec.base_digest,
                splits_digest=spec.splits_digest,
                predictions=answers,
            )
        )
    return home


def runs() -> list[Planned]:
    return [planned for planned, _ in recorded()]


def test_equal_records_give_equal_bytes_and_dead_weight_goes(home: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    before = {path.name: path.read_bytes() for path in write_pack(runs(), Store(home), pack)}
    (pack / "run-dead.json.gz").write_bytes(b"")
    after = {path.name: path.read_bytes() for path in write_pack(runs(), Store(home), pack)}
    assert before == after == {path.name: path.read_bytes() for path in pack.iterdir()}
    assert sorted(name.partition("-")[0] for name in after) == ["base", *["run"] * 4]


def test_a_packed_run_reads_back_as_the_record(home: Path, tmp_path: Path) -> None:
    write_pack(runs(), Store(home), tmp_path / "pack")
    for planned, evidence in recorded():
        text = gzip.decompress((tmp_path / "pack" / f"run-{planned.key}.json.gz").read_bytes())
        assert Evidence.model_validate_json(text) == evidence


def test_a_missing_run_leaves_the_pack_as_it_was(home: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    write_pack(runs(), Store(home), pack)
    missing = plan_study(replace(SMOKE_STUDY, steps=33))
    with pytest.raises(ReplayMiss, match="fde confirm"):
        write_pack(missing, Store(home), pack)
    assert len(list(pack.iterdir())) == 5


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The whole study, from an empty store."""
    plan = plan_study(Study())
    empty = Store(tmp_path_factory.mktemp("empty"))
    found = gather(plan, Workplace(store=empty, execution="replay"), quiet)
    ended = [(run, evidence) for run, evidence in zip(plan, found, strict=True) if evidence]
    return study_results(ended)


@SHIPPED
def test_the_shipped_results_are_those_of_the_shipped_runs(study: dict[str, Any]) -> None:
    assert recorded_study() == json.loads(json.dumps(study))


@SHIPPED
def test_the_shipped_pack_replays_the_whole_study_and_shows_the_pattern(
    study: dict[str, Any],
) -> None:
    """Figures of the README: 48 real runs."""
    results = study
    by_arm = {arm: [r for r in results["runs"] if r["arm"] == arm] for arm in results["summary"]}
    assert all(r["train_pass"] and r["loss_last"] < r["loss_first"] for r in results["runs"])
    assert {arm: line["n"] for arm, line in results["summary"].items()} == dict.fromkeys(by_arm, 12)
    summary = results["summary"]
    assert summary["permute"]["tbdl"] == summary["permute"]["harm_alarms"] == 12
    assert summary["noise"]["tbdl"] >= 11
    assert summary["noise"]["futility_alarms"] >= 11
    assert summary["noise"]["harm_alarms"] <= 1
    for arm in ("correct", "mask"):
        line = summary[arm]
        assert line["tbdl"] == line["harm_alarms"] == line["futility_alarms"] == 0
    noise = by_arm["noise"]
    gap = sum(r["accuracy"] - r["base_accuracy"] for r in noise) / len(noise)
    assert abs(gap) <= 0.03
    assert all(r["isolated"] for r in results["runs"])


@SHIPPED
def test_the_study_s_page_says_what_the_pack_says(study: dict[str, Any]) -> None:
    results = study
    page = " ".join((PACK.parent / "bench" / "CONFIRM.md").read_text().split())
    for base in Study().bases:
        mine = [run for run in results["runs"] if run["base"] == base]
        columns = [mean(run["base_accuracy"] for run in mine)]
        columns += [mean(r["accuracy"] for r in mine if r["arm"] == arm) for arm in TABLE]
        cells = " | ".join(f"{value:.3f}".lstrip("0") for value in columns)
        assert f"| {cells} |" in page
    for key in ("spent_usd", "tbdl_usd", "saved_usd"):
        assert f"${results['money'][key]:.2f}" in page


@SHIPPED
def test_the_shipped_pack_holds_nothing_else_and_stays_small() -> None:
    keys = {run.key for run in recorded_runs()}
    packed = {path.name for path in PACK.glob("run-*.json.gz")}
    assert packed == {f"run-{key}.json.gz" for key in keys}
    assert sum(path.stat().st_size for path in PACK.iterdir()) < 3_000_000
