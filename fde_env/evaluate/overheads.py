"""Measure what a delivery costs besides its training: `python -m fde_env.evaluate.overheads`.

Writes `overheads.json` beside this file; `scale.md` is computed from it. Two live smoke deliveries
are trained, so it takes a few minutes; a store of its own is used and removed.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.delivery import deliver, make_agent
from fde_env.env import FDEDeliveryEnv
from fde_env.evaluate.attempt import Attempt
from fde_env.evaluate.request import parse_request, plan_of
from fde_env.evaluate.trained import LEDGER, Book, Trained
from fde_env.evaluate.work import Context
from fde_env.platform.chain import chained
from fde_env.platform.chain_file import dump_rows
from fde_env.platform.ledger import MeterRow
from fde_env.runs.store import HOME_VARIABLE

FILE: Final = "overheads.json"
BILLS: Final = 10_000
DELIVERIES: Final = 20
UNITS: Final = 100


class Overheads(Frozen):
    """Measured seconds; of wall time unless they say CPU."""

    machine: str = Field(description="Where they were measured.")
    ticket_cpu_s: float = Field(description="CPU: preparing a ticket that is met first.")
    delivery_cpu_s: float = Field(description="CPU: environment and careful agent, replayed.")
    ray_start_s: float = Field(description="Starting Ray on this machine.")
    ray_unit_s: float = Field(description="Sending a unit to a worker and its result back.")
    ledger_cpu_s: float = Field(description=f"CPU: entering a bill behind {BILLS:,} others.")
    job_start_s: float = Field(description="A cold sandboxed job: its wall time less its work.")
    scoring_share: float = Field(
        description="Probe and final scoring over training time, median of the recorded runs."
    )
    recorded_runs: int = Field(description="Runs that the median is of.")


def read_overheads() -> Overheads:
    """The figures that were measured last."""
    text = files("fde_env.evaluate").joinpath(FILE).read_text(encoding="utf-8")
    return Overheads.model_validate_json(text)


def measure() -> Overheads:
    """Measure everything here."""
    ticket, delivery = _environment()
    start, unit = _ray()
    share, runs = _scoring()
    return Overheads(
        machine=f"{os.cpu_count()} shared cores, Python {platform.python_version()}",
        ticket_cpu_s=ticket,
        delivery_cpu_s=delivery,
        ray_start_s=start,
        ray_unit_s=unit,
        ledger_cpu_s=_ledger(),
        job_start_s=_job_start(),
        scoring_share=share,
        recorded_runs=runs,
    )


def _environment() -> tuple[float, float]:
    """CPU seconds of a ticket's preparation, and of a replayed delivery on a prepared one."""
    seconds = []
    for seed in range(DELIVERIES):
        env = FDEDeliveryEnv(execution="replay", seed=seed)
        twice = []
        for _ in range(2):
            began = time.process_time()
            deliver(env, make_agent("careful", env))
            twice.append(time.process_time() - began)
        seconds.append(twice)
    first, second = (statistics.median(column) for column in zip(*seconds[1:], strict=True))
    return round(first - second, 4), round(second, 4)


def _ray() -> tuple[float, float]:
    """Seconds until Ray is there, and of a task that does nothing, sent as a unit is sent."""
    import ray

    from fde_env.evaluate.executors.ray_cluster import RayExecutor

    request = {"agents": ["null"], "tickets": [{"seed": 1}], "options": {"execution": "replay"}}
    plan = plan_of(parse_request(request))
    context = Context(plan.versions, plan.suite, retries=2, pause_s=0.5, spending=None)
    attempt = Attempt(plan.units()[0], begun=time.time())
    began = time.perf_counter()
    RayExecutor(None, 1)
    start = time.perf_counter() - began
    task = ray.remote(num_cpus=1)(_nothing)
    seconds = []
    for _ in range(UNITS):
        began = time.perf_counter()
        ray.get(task.remote(context, attempt))
        seconds.append(time.perf_counter() - began)
    ray.shutdown()
    return round(start, 2), round(statistics.median(seconds), 4)


def _nothing(context: Context, attempt: Attempt) -> None:
    del context, attempt


def _ledger() -> float:
    figures = {"node_type": "H200", "gpu_count": 1, "gpu_hours": 0.3, "rate_usd": 3.0}
    rows: list[MeterRow] = []
    for number in range(BILLS):
        row = {**figures, "run_id": f"run-{number}", "total_usd": 0.9}
        rows.append(chained(MeterRow, rows, row))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / LEDGER).write_text(dump_rows(rows), encoding="utf-8")
        book = Book(Path(folder))
        # The first time what stands there is read to know it.
        book.enter(Trained("unit/0", rows[0]))
        seconds = []
        for number in (1, 2, 3):
            began = time.process_time()
            book.enter(Trained(f"unit/{number}", rows[0]))
            seconds.append(time.process_time() - began)
        return round(statistics.median(seconds), 4)


def _job_start() -> float:
    """The smaller of two, since whatever else the machine does only adds to it."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder, _home(Path(folder)):
        for _ in range(2):
            env = FDEDeliveryEnv(execution="live", size="smoke", seed=1, data_seed=1)
            try:
                deliver(env, make_agent("reference", env))
                assert env.evidence is not None
                made = env.evidence.provenance
            finally:
                env.close()
            work = made.train_seconds + made.probe_seconds + made.eval_seconds
            seconds.append(made.wall_seconds - work)
    return round(min(seconds), 2)


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before


def _scoring() -> tuple[float, int]:
    shares = []
    for record in (files("fde_env") / "pack").iterdir():
        if record.name.startswith("run-"):
            made = json.loads(gzip.decompress(record.read_bytes()))["provenance"]
            scoring = made["probe_seconds"] + made["eval_seconds"]
            shares.append(scoring / made["train_seconds"])
    return round(statistics.median(shares), 3), len(shares)


def main() -> None:
    """Measure, and write the file."""
    found = measure()
    path = Path(__file__).with_name(FILE)
    path.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(found.model_dump_json(indent=1) + "\n")


if __name__ == "__main__":
    main()
