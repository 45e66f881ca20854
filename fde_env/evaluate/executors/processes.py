"""Several processes on this machine.

Each worker holds one end of a pipe. The death of a worker (out of memory, a signal) is known by its
pipe, so it is known which unit it was at: that one is tried again by a new worker. When this
process itself is killed, its workers end as well.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Final

from fde_env.errors import InfrastructureError
from fde_env.evaluate.attempt import Attempt
from fde_env.evaluate.executors.base import Bag, Tries
from fde_env.evaluate.plan import Unit
from fde_env.evaluate.work import Context, Done, perform

READY: Final = "ready"
SPAWN: Final = multiprocessing.get_context("spawn")


class ProcessExecutor:
    """Plays `workers` units at a time."""

    def __init__(self, workers: int) -> None:
        self._count = max(1, workers)

    def run(self, context: Context, bag: Bag) -> Iterator[Done]:
        """Each unit as it has been played.

        Raises:
            InfrastructureError: a worker cannot even start.
        """
        tries = Tries(context)
        count = min(self._count, max(1, len(bag)))
        crew = [_Worker(context, number) for number in range(count)]
        try:
            while True:
                for worker in crew:
                    if worker.unit is None and (unit := bag.take(worker.number)) is not None:
                        worker.give(tries.begin(unit))
                busy = {worker.pipe: worker for worker in crew if worker.unit is not None}
                if not busy:
                    return
                for pipe in wait(list(busy)):
                    worker = busy[pipe]  # type: ignore[index]  # only pipes were waited for
                    done, unit = worker.result(), worker.unit
                    assert unit is not None
                    worker.unit = None
                    if done is None:
                        crew[worker.number] = _Worker(context, worker.number)
                        died = f"the worker process died (exit code {worker.stop()})"
                        done = tries.lost(unit, InfrastructureError(died))
                    if done is None:
                        bag.put_back(unit)
                    else:
                        yield tries.ended(done)
        finally:
            for worker in crew:
                worker.stop()


class _Worker:
    """A child process and this side of its pipe."""

    def __init__(self, context: Context, number: int) -> None:
        self.number = number
        self.unit: Unit | None = None
        self.pipe, theirs = SPAWN.Pipe()
        self._process: SpawnProcess = SPAWN.Process(
            target=_work, args=(context, theirs), daemon=False, name=f"fde-bench-{self.number}"
        )
        self._process.start()
        theirs.close()
        try:
            assert self.pipe.recv() == READY
        except EOFError:
            code = self.stop()
            raise InfrastructureError(
                f"a worker process cannot start (exit code {code}); try --executor serial"
            ) from None

    def give(self, attempt: Attempt) -> None:
        """Let it play a unit; a dead one is noticed when its result is asked for."""
        self.unit = attempt.unit
        try:
            self.pipe.send(attempt)
        except (BrokenPipeError, ConnectionResetError):
            return

    def result(self) -> Done | None:
        """What came of it; None when the worker is dead."""
        try:
            found: Done = self.pipe.recv()
        except (EOFError, OSError):
            return None
        return found

    def stop(self) -> int | None:
        """End the process; returns its exit code."""
        self.pipe.close()
        if self.unit is not None:
            self._process.terminate()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        return self._process.exitcode


def _work(context: Context, pipe: Connection) -> None:
    """A worker's life: until the pipe is closed, or its parent is gone."""
    # Ctrl-C reaches the whole group; it is for the parent to say what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    pipe.send(READY)
    while True:
        try:
            attempt = pipe.recv()
        except EOFError:
            return
        pipe.send(perform(context, attempt))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
