"""A benchmark run from plan to summary. Killed at any point, the same call goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from fde_env.errors import StoreCorrupt
from fde_env.evaluate.executors.base import Bag, Executor
from fde_env.evaluate.folder import SPENDING, SUMMARY, RunFolder, append
from fde_env.evaluate.plan import Plan, Unit
from fde_env.evaluate.purse import Purse
from fde_env.evaluate.row import EpisodeRow
from fde_env.evaluate.summary import Summary, summarise, summary_bytes
from fde_env.evaluate.trained import Book, keep_record, store_name
from fde_env.evaluate.work import Context, Done
from fde_env.runs.store import Store

ExecutorName = Literal["processes", "serial", "ray"]
EXECUTORS: Final[tuple[ExecutorName, ...]] = get_args(ExecutorName)


@dataclass(frozen=True)
class Place:
    """Where and how a plan is played; none of it moves a figure.

    Attributes:
        out: Folder of the run.
        executor: serial, processes or ray.
        workers: Units at a time; 0 for one a core (or one a CPU of the cluster).
        address: Of the Ray cluster.
        retries: Further tries of a unit in which the platform failed.
        pause_s: Seconds before the first further try.
        max_usd: Ceiling on dollars paid to providers, over all starts of this run; None for none.
        retry_failed: Play again what ended with a provider or infrastructure error before.
    """

    out: Path
    executor: ExecutorName = "processes"
    workers: int = 0
    address: str | None = None
    retries: int = 2
    pause_s: float = 0.5
    max_usd: float | None = None
    retry_failed: bool = False


@dataclass(frozen=True)
class News:
    """How far a run has come, for whoever shows it."""

    done: int
    total: int
    kept: int
    errors: int
    purse: Purse
    last: Done | None = None


Listener = Callable[[News], None]


def evaluate(
    plan: Plan,
    place: Place,
    listener: Listener = lambda _: None,
    executor: Executor | None = None,
) -> Summary:
    """Play what is missing, then sum up.

    Args:
        plan: what is played.
        place: where and how.
        listener: told how far the run has come.
        executor: plays the units, instead of the one that `place` names.

    Raises:
        UsageError: the folder belongs to another run, or an agent or option cannot be used.
        InfrastructureError: no worker can be started.
    """
    folder = RunFolder(place.out)
    with folder.held():
        folder.bind(plan)
        units, rows = plan.units(), {}
        missing = []
        for unit in units:
            kept = folder.done(unit)
            if kept is None or (place.retry_failed and not all(r.outcome.scored for r in kept)):
                missing.append(unit)
            else:
                rows.update({row.episode_id: row for row in kept})
        run = _Run(folder, place, plan, rows)
        run.work(missing, listener, executor)
        summary = summarise(plan, run.in_order())
        folder.write(SUMMARY, summary_bytes(summary))
    return summary


def read_summary(out: Path) -> Summary:
    """The summary in a run's folder.

    Raises:
        StoreCorrupt: there is none of this version.
    """
    try:
        return Summary.model_validate_json((out / SUMMARY).read_bytes())
    except (OSError, ValueError) as error:
        raise StoreCorrupt(f"{out} holds no summary of this version: {error}") from error


class _Run:
    """Playing the units that are missing."""

    def __init__(
        self, folder: RunFolder, place: Place, plan: Plan, rows: dict[str, EpisodeRow]
    ) -> None:
        self._folder, self._place, self._plan, self._rows = folder, place, plan, rows
        self._purse = Purse(place.max_usd, folder.spent)
        self._book = Book(folder.home)

    def in_order(self) -> list[EpisodeRow]:
        """Rows in the order of the plan, as far as they are there."""
        episodes = self._plan.episodes()
        return [self._rows[e.episode_id] for e in episodes if e.episode_id in self._rows]

    def work(
        self, missing: Sequence[Unit], listener: Listener, executor: Executor | None = None
    ) -> None:
        """Play `missing`, and write each unit as soon as it is done."""
        total, kept = len(self._plan.episodes()), len(self._rows)
        listener(News(kept, total, kept, self._errors(), self._purse))
        if not missing:
            return
        shared = self._place.executor != "ray"
        context = Context(
            versions=self._plan.versions,
            suite=self._plan.suite,
            retries=self._place.retries,
            pause_s=self._place.pause_s,
            spending=self._folder.home / SPENDING if shared else None,
            store=None if shared or not _trains(missing) else store_name(Store()),
        )
        plays = executor or _executor(self._place)
        stream = plays.run(context, Bag(missing, self._purse))
        try:
            for done in stream:
                if done.mistake is not None:
                    raise done.mistake
                self._keep(done, noted=shared)
                listener(News(len(self._rows), total, kept, self._errors(), self._purse, done))
        finally:
            # Closing a generator runs its clean-up: workers are stopped now, not some time.
            if close := getattr(stream, "close", None):
                close()

    def _keep(self, done: Done, *, noted: bool) -> None:
        # Before the unit is there: killed in between, it is played again and billed no second time.
        for trained in done.trained:
            keep_record(trained, Store())
            self._book.enter(trained)
        self._folder.publish(done.unit, done.files)
        self._rows.update({row.episode_id: row for row in done.rows})
        if done.dollars and not noted:
            append(
                self._folder.home / SPENDING,
                {"unit": done.unit.unit_id, "dollars": done.dollars},
            )
        self._purse.settle(done.unit, done.dollars)
        self._folder.note_wall(
            {"unit": done.unit.unit_id, "seconds": done.seconds, "tries": list(done.tries)}
        )

    def _errors(self) -> int:
        return sum(not row.outcome.scored for row in self._rows.values())


def _trains(units: Sequence[Unit]) -> bool:
    return any(item.options.execution != "replay" for unit in units for item in unit.episodes)


def _executor(place: Place) -> Executor:
    if place.executor == "serial":
        from fde_env.evaluate.executors.serial import SerialExecutor

        return SerialExecutor()
    if place.executor == "ray":
        from fde_env.evaluate.executors.ray_cluster import RayExecutor

        return RayExecutor(place.address, place.workers)
    from fde_env.bench.workers import cores
    from fde_env.evaluate.executors.processes import ProcessExecutor

    return ProcessExecutor(place.workers or cores())
