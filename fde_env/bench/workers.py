"""Train what is missing of a study, several runs at a time, each worker warm.

The store is the only state: a run that is in it is not trained again, and a run that was
under way when the study was interrupted left nothing there.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from fde_env.bench.plan import Planned
from fde_env.contract.evidence import Evidence
from fde_env.errors import FDEError, InfrastructureError, ReplayMiss
from fde_env.runs.bench import Bench
from fde_env.runs.judge import host_key
from fde_env.runs.run import Progress
from fde_env.runs.runner import Execution, train
from fde_env.runs.store import EVIDENCE, Store
from fde_env.runs.warm import WarmWorker
from fde_env.sandbox.base import Limits
from fde_env.sandbox.choose import choose_backend
from fde_env.sandbox.folders import own_folder

DEFAULT_LIMITS: Final = Limits(cpus=1.0, wall_seconds=3600.0)


@dataclass(frozen=True)
class Workplace:
    """How and where runs are made.

    Attributes:
        store: of evidence; what it holds is not trained again.
        execution: "live" trains what this store itself does not hold, whatever the package has
            recorded; "auto" takes those records too; "replay" trains nothing.
        backend: sandbox by name, or "auto".
        gpus: GPUs of each worker.
        workers: runs at a time; 0 for one a core, or a single one with GPUs.
        warm: one sandbox a worker instead of one a run.
        limits: of each job.
    """

    store: Store = field(default_factory=Store)
    execution: Execution = "live"
    backend: str = "auto"
    gpus: int = 0
    workers: int = 0
    warm: bool = True
    limits: Limits = DEFAULT_LIMITS

    @property
    def count(self) -> int:
        """Workers that will run."""
        return self.workers or (1 if self.gpus else cores())


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class News:
    """Something that happened to a run of the study, for whoever shows it."""

    kind: Literal["stored", "progress", "finished", "failed"]
    planned: Planned
    worker: int = 0
    progress: Progress | None = None
    error: FDEError | None = None


Listener = Callable[[News], None]


class _Stopped(Exception):  # noqa: N818  # no error: the study was asked to stop
    pass


def gather(
    runs: Sequence[Planned], place: Workplace, listener: Listener
) -> tuple[Evidence | None, ...]:
    """Evidence of every run, from the store or trained now; None where a run broke down.

    Interrupting it (KeyboardInterrupt) stops the jobs that run and leaves the store whole.

    Raises:
        ReplayMiss: nothing may be trained and a run is not stored.
        BackendUnavailable: no sandbox can run here.
    """
    missing = []
    for planned in runs:
        if _known(planned, place):
            listener(News("stored", planned))
        else:
            missing.append(planned)
    if missing and place.execution == "replay":
        first = missing[0]
        raise ReplayMiss(
            f"{len(missing)} runs are not stored (first: {first.base}, seed {first.seed}, "
            f'{first.arm}); use execution="auto" to train them'
        )
    broken = _Crew(missing, place, listener).work() if missing else set()
    return tuple(
        None if planned.key in broken else place.store.evidence(planned.key) for planned in runs
    )


def _known(planned: Planned, place: Workplace) -> bool:
    """Whether the run need not be trained."""
    own = (place.store.run_dir(planned.key) / EVIDENCE).is_file()
    if place.execution == "live" and not own:
        return False
    evidence = place.store.evidence(planned.key)
    if evidence is None or place.execution == "replay":
        return evidence is not None
    made = evidence.provenance
    # Who names a backend, or keeps a key of one's own, wants to see that at work.
    right_place = place.backend in ("auto", made.backend)
    return right_place and made.host_key == host_key().kind


class _Crew:
    """Workers, each a thread with a bench of its own, that share one list of runs."""

    def __init__(self, runs: Sequence[Planned], place: Workplace, listener: Listener) -> None:
        self._place, self._listener = place, listener
        self._total = len(runs)
        self._todo: queue.SimpleQueue[Planned] = queue.SimpleQueue()
        for planned in runs:
            self._todo.put(planned)
        self._news: queue.SimpleQueue[News | Exception] = queue.SimpleQueue()
        self._workers: list[WarmWorker] = []
        self._stop = threading.Event()
        # Two workers must not ask one base the same questions at the same time.
        asked = {_question(planned) for planned in runs}
        self._locks = {question: threading.Lock() for question in asked}
        self._sandbox = choose_backend(place.backend)

    def work(self) -> set[str]:
        """Run everything; keys of the runs that broke down."""
        count = min(self._place.count, self._total)
        threads = [
            threading.Thread(target=self._serve, args=(number,), name=f"fde-worker-{number}")
            for number in range(count)
        ]
        for thread in threads:
            thread.start()
        try:
            return self._listen()
        finally:
            self._stop.set()
            # Jobs end at once, not at their next word: one may be busy for a long while.
            for worker in tuple(self._workers):
                worker.close()
            for thread in threads:
                thread.join()

    def _listen(self) -> set[str]:
        ended, broken = 0, set()
        while ended < self._total:
            news = self._news.get()
            if isinstance(news, Exception):
                raise news
            self._listener(news)
            ended += news.kind in ("finished", "failed")
            if news.kind == "failed":
                broken.add(news.planned.key)
        return broken

    def _serve(self, number: int) -> None:
        try:
            with self._bench() as bench:
                while not self._stop.is_set():
                    self._news.put(self._one(self._todo.get_nowait(), bench, number))
        except (queue.Empty, _Stopped):
            pass
        except Exception as error:  # noqa: BLE001  # it is raised again where people see it
            self._news.put(error)

    @contextlib.contextmanager
    def _bench(self) -> Iterator[Bench]:
        place = self._place
        bench = Bench(self._sandbox, place.store, place.limits, place.gpus, host_key())
        if not place.warm:
            yield bench
            return
        work = place.store.home / "work"
        work.mkdir(parents=True, exist_ok=True)
        worker = WarmWorker(self._sandbox, place.limits, place.gpus, own_folder("warm", str(work)))
        self._workers.append(worker)
        try:
            yield replace(bench, worker=worker)
        finally:
            worker.close()

    def _one(self, planned: Planned, bench: Bench, number: int) -> News:
        def watch(progress: Progress) -> None:
            if self._stop.is_set():
                raise _Stopped
            self._news.put(News("progress", planned, number, progress))

        try:
            # The lock is held until the base has answered; the training itself is not.
            with self._locks[_question(planned)]:
                run = train(bench, planned.request, watch)
            try:
                run.advance()
            finally:
                run.close()
        except InfrastructureError as error:
            return News("failed", planned, number, error=error)
        return News("finished", planned, number)


def _question(planned: Planned) -> tuple[str, str]:
    spec = planned.request.spec
    return spec.base_digest, spec.splits_digest
