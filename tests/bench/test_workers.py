"""Real training by warm workers: interrupted, started again, the same bits as cold runs.

Short runs (ten steps) at smoke size in a sandbox.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from delivery_kit import play
from sandbox_kit import require
from study_kit import SMOKE_STUDY, quiet

from fde_env.bench.plan import Planned, plan_study
from fde_env.bench.workers import News, Workplace, cores, gather
from fde_env.contract.evidence import Evidence
from fde_env.runs.store import Store

pytest.importorskip("torch")
RUNS = plan_study(replace(SMOKE_STUDY, arms=("correct", "permute", "noise"), steps=10))


@pytest.fixture(scope="module", autouse=True)
def _sandbox() -> None:
    require("bubblewrap")


def place(home: Path, **more: Any) -> Workplace:
    return Workplace(store=Store(home), backend="bubblewrap", **more)


def bits(evidence: Evidence | None) -> dict[str, Any]:
    assert evidence is not None
    return evidence.model_dump(mode="json", exclude={"provenance"})


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[News], list[Any]]:
    """The study interrupted after its first run, then started again."""
    home = tmp_path_factory.mktemp("home")

    def interrupt(news: News) -> None:
        if news.kind == "finished":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(RUNS, place(home, workers=2), interrupt)
    heard: list[News] = []
    found = gather(RUNS, place(home, workers=2), heard.append)
    return home, heard, [bits(evidence) for evidence in found]


@pytest.mark.bubblewrap
def test_started_again_it_trains_what_is_missing_and_repeats_nothing(
    resumed: tuple[Path, list[News], list[Any]],
) -> None:
    home, heard, found = resumed
    stored = [news.planned.key for news in heard if news.kind == "stored"]
    trained = [news.planned.key for news in heard if news.kind == "finished"]
    assert stored
    assert trained
    assert sorted(stored + trained) == sorted(run.key for run in RUNS)
    assert [evidence["run_key"] for evidence in found] == [run.key for run in RUNS]
    # No half record, no job folder, no sandbox is left.
    assert sorted(path.name for path in (home / "runs").iterdir()) == sorted(stored + trained)
    assert list((home / "work").iterdir()) == []


@pytest.mark.bubblewrap
def test_a_warm_run_has_the_bits_of_a_cold_one(
    resumed: tuple[Path, list[News], list[Any]], tmp_path: Path
) -> None:
    _, _, warm = resumed
    cold = gather(RUNS[:1], place(tmp_path, warm=False), quiet)
    assert bits(cold[0]) == warm[0]


@pytest.mark.slow
@pytest.mark.bubblewrap
def test_the_environment_replays_what_the_study_trained(tmp_path: Path) -> None:
    from fde_env.env import FDEDeliveryEnv

    planned: Planned = plan_study(replace(SMOKE_STUDY, arms=("mask",)))[0]
    (evidence,) = gather([planned], place(tmp_path), quiet)
    env = FDEDeliveryEnv(
        store=Store(tmp_path),
        execution="replay",
        trap="mask",
        misread="forced",
        seed=4,
        data_seed=1,
        size="smoke",
    )
    assert play(env, "reference").env.evidence == evidence
    assert evidence is not None
    assert dict(evidence.provenance.limits)["process"].startswith("warm worker")


def test_as_many_workers_as_cores_unless_told_or_on_gpus() -> None:
    assert Workplace().count == cores()
    assert Workplace(gpus=1).count == 1
    assert Workplace(gpus=1, workers=4).count == 4
