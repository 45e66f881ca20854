"""A study on the recorded smoke runs: four real runs of one base and one seed."""

from __future__ import annotations

from functools import cache
from typing import Any

from delivery_kit import STORE

from fde_env.bench.plan import Planned, Study, plan_study
from fde_env.bench.results import study_results
from fde_env.bench.workers import News, Workplace, gather
from fde_env.contract.evidence import Evidence
from fde_env.runs.store import Store

SMOKE_STUDY = Study(bases=("qwen3-tiny-a",), seeds=(1,), size="smoke")


def quiet(_: News) -> None:
    """Nobody listens."""


@cache
def recorded() -> tuple[tuple[Planned, Evidence], ...]:
    """The four runs with their recorded evidence."""
    runs = plan_study(SMOKE_STUDY)
    place = Workplace(store=Store(STORE), execution="replay")
    found = gather(runs, place, quiet)
    return tuple((run, evidence) for run, evidence in zip(runs, found, strict=True) if evidence)


@cache
def results() -> dict[str, Any]:
    """Their results."""
    return study_results(recorded())
