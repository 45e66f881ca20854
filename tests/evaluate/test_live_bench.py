"""Benchmark runs that train for real, with workers that are lost on the way.

Every run is billed once, no record is lost, and nothing goes on working for nobody.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench_kit import PERMUTE, PLAIN, plan, run
from bench_policies import NOTES
from process_kit import Identity, alive, descendants, wait_for
from ray_kit import ray_here
from sandbox_kit import require

from fde_env.evaluate.summary import Summary
from fde_env.evaluate.trained import LEDGER
from fde_env.platform.ledger import LedgerFile, MeterRow
from fde_env.runs.store import Store

pytestmark = [pytest.mark.bubblewrap, pytest.mark.slow]
LIVE = {"execution": "live", "backend": "bubblewrap"}


@pytest.fixture(autouse=True)
def sandboxed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    require("bubblewrap")
    (tmp_path / "notes").mkdir()
    monkeypatch.setenv(NOTES, str(tmp_path / "notes"))


def bills(out: Path) -> list[MeterRow]:
    ledger = LedgerFile(out / LEDGER)
    assert ledger.fault() is None
    return [row for row in ledger.rows() if isinstance(row, MeterRow)]


def tries(out: Path) -> list[list[str]]:
    lines = (out / "wall.jsonl").read_text(encoding="utf-8").splitlines()
    return sorted((json.loads(line)["tries"] for line in lines), key=len)


def assert_billed_once(summary: Summary, out: Path) -> None:
    entered = bills(out)
    assert len({row.run_id for row in entered}) == len(entered) == len(summary.rows)
    owed = [row.compute_usd for row in summary.rows]
    assert sorted(row.total_usd for row in entered) == pytest.approx(sorted(owed))


class Killer(threading.Thread):
    """Kills one worker in the middle of its training run, told by the task itself who it is."""

    def __init__(self, notes: Path, desks: Path) -> None:
        super().__init__(daemon=True)
        self._notes, self._desks = notes, desks
        self.victim = 0
        self.below: list[Identity] = []

    def run(self) -> None:
        assert wait_for(self._training, 120)
        self.below = descendants(self.victim)
        os.kill(self.victim, signal.SIGKILL)

    def _training(self) -> bool:
        """Whether a worker is known whose job, and no other, has taken steps."""
        told = sorted(self._notes.glob("pid-*"))
        logs = [log for log in self._desks.glob("*/job-*/out/log.jsonl") if log.stat().st_size]
        if not told or not any('"step"' in log.read_text() for log in logs):
            return False
        self.victim = int(told[0].name.partition("-")[2])
        return bool(descendants(self.victim))


@pytest.fixture
def two_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Ray of two workers here, on a node whose store is its own."""
    node = tmp_path / "node"
    monkeypatch.setenv("FDE_HOME", str(node))
    with ray_here(num_cpus=2):
        yield node


def test_a_killed_ray_worker_costs_a_try_and_no_second_bill(
    tmp_path: Path, two_workers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The process that starts the run has another store than the node.
    monkeypatch.setenv("FDE_HOME", str(tmp_path / "here"))
    killer = Killer(tmp_path / "notes", two_workers / "work")
    killer.start()
    out = tmp_path / "out"
    planned = plan("bench_policies:LeavesPid", tickets=[PERMUTE, PLAIN], options=LIVE)
    summary = run(out, planned, executor="ray", workers=2)
    killer.join(1)
    assert killer.victim
    assert killer.below
    assert summary.complete
    assert [row.reward for row in summary.rows] == [1.0, 1.0]
    once, twice = tries(out)
    assert once == ["played"]
    assert twice == ["Ray lost the worker: WorkerCrashedError", "played"]
    assert len(list((tmp_path / "notes").iterdir())) == 3
    assert_billed_once(summary, out)
    for row in summary.rows:
        assert row.run_key is not None
        here, there = Store(tmp_path / "here"), Store(two_workers)
        for store in (here, there):
            assert (store.run_dir(row.run_key) / "adapter" / "adapter_model.safetensors").is_file()
        assert here.evidence(row.run_key) == there.evidence(row.run_key)
    assert wait_for(lambda: not alive(killer.below), 10), "the killed worker's job lives on"
    assert list((two_workers / "work").iterdir()) == [], "nothing is left behind"


def test_a_run_that_a_lost_worker_had_completed_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("FDE_HOME", str(home))
    out = tmp_path / "out"
    planned = plan("bench_policies:DiesTrained", tickets=[PLAIN], options=LIVE)
    place: dict[str, Any] = {"executor": "processes", "workers": 1}
    summary = run(out, planned, **place)
    (row,) = summary.rows
    assert tries(out) == [["the worker process died (exit code 9)", "played"]]
    assert row.run_key is not None
    record = home / "runs" / row.run_key / "evidence.json"
    died = (tmp_path / "notes" / "died").stat().st_mtime
    assert record.stat().st_mtime < died
    assert_billed_once(summary, out)
    # The same benchmark anew: live is live, so it is trained and billed for itself.
    again = run(tmp_path / "again", planned, **place)
    assert record.stat().st_mtime > died
    assert_billed_once(again, tmp_path / "again")
