"""Executors differ in where they play, and in nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from bench_kit import PLAIN, files, plan, run
from bench_policies import NOTES
from delivery_kit import STORE
from ray_kit import ray_here

from fde_env.errors import UsageError
from fde_env.evaluate.executors.base import Bag
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.plan import Unit


class Always:
    def may_start(self, unit: Unit) -> bool:
        return True

    def give_back(self, unit: Unit) -> None:
        pass


def test_processes_give_the_bytes_of_one_process(tmp_path: Path) -> None:
    planned = plan("careful", "random", pressure=["none", "authority"], trials=2)
    run(tmp_path / "one", planned)
    run(tmp_path / "two", planned, executor="processes", workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    one, two = (tmp_path / name / "summary.json" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_the_death_of_a_worker_is_tried_again_and_then_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NOTES, str(tmp_path))
    agents = ("bench_policies:DiesOnce", "bench_policies:Dies", "configurator")
    summary = run(
        tmp_path / "out",
        plan(*agents, tickets=[PLAIN]),
        executor="processes",
        workers=1,
        retries=1,
    )
    once, always, alive = summary.rows
    assert once.outcome is Outcome.AGENT_FAILURE
    assert once.model_dump(exclude={"agent", "episode_id", "unit_id"}) == alive.model_dump(
        exclude={"agent", "episode_id", "unit_id"}
    )
    assert always.outcome is Outcome.INFRASTRUCTURE_ERROR
    assert "worker process died (exit code 9)" in always.detail


def test_workers_stay_with_a_ticket_while_there_is_work_on_it() -> None:
    units = plan("null", "random", trials=2).units()
    bag = Bag(units, Always())
    first, other = bag.take("a"), bag.take("b")
    assert first is not None
    assert other is not None
    assert first.group != other.group
    mine = [bag.take("a") for _ in range(3)]
    assert {unit.group for unit in mine if unit} == {first.group}
    bag.put_back(first)
    assert len(bag) == len(units) - 4


def test_ray_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    planned = plan("careful", trials=2)
    run(tmp_path / "one", planned)
    run(tmp_path / "ray", planned, executor="ray", workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "ray")


def test_ray_gives_a_unit_its_gpus_and_refuses_what_no_node_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv(NOTES, str(tmp_path))
    # A copy, since a run that may train writes to its store.
    shutil.copytree(STORE, tmp_path / "home")
    monkeypatch.setenv("FDE_HOME", str(tmp_path / "home"))
    # Two GPUs that Ray is told of and shares out; that a policy is told of them is enough here.
    with ray_here(num_cpus=2, num_gpus=2):
        for gpus in (1, 2):
            planned = plan("bench_policies:SeesGpus", tickets=[PLAIN], options=wanting(gpus))
            run(tmp_path / f"out{gpus}", planned, executor="ray")
            assert len((tmp_path / "gpus").read_text().split(",")) == gpus
        planned = plan("null", tickets=[PLAIN], options=wanting(3))
        with pytest.raises(UsageError, match="asks for 3 GPUs"):
            run(tmp_path / "out3", planned, executor="ray")


def wanting(gpus: int) -> dict[str, Any]:
    """Options that may train on so many GPUs, and find the run recorded."""
    return {"execution": "auto", "gpus": gpus}
