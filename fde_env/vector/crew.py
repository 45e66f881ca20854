"""Processes that hold the chunks of a vector environment, and what is asked of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import selectors
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final

from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import CloudpickleWrapper

from fde_env.errors import InfrastructureError
from fde_env.vector.chunk import Chunk, Maker
from fde_env.vector.portable import packed
from fde_env.vector.worker import STOP, serve

PATIENCE: Final = 10.0
"""Seconds that an idle process has to close its environments, and one that was told to end."""


@dataclass
class _Hand:
    """A process and this side of its pipe."""

    process: BaseProcess
    pipe: Connection
    busy: bool = False


class Alone:
    """This process holds the only chunk: what `Crew` is, without processes."""

    processes: tuple[BaseProcess, ...] = ()

    def __init__(self, makers: Sequence[Maker], mode: AutoresetMode) -> None:
        self._chunk = Chunk(makers, 0, mode)
        self.stopped = False

    def ask(self, name: str, arguments: Sequence[tuple[Any, ...]], *, fatal: bool) -> list[Any]:
        """As `Crew.ask`."""
        try:
            return [getattr(self._chunk, name)(*arguments[0])]
        except BaseException:
            if fatal:
                self.stop()
            raise

    def stop(self, *, now: bool = False) -> None:
        """Close the environments."""
        del now
        self.stopped = True
        self._chunk.close()


class Crew:
    """One process a chunk. A request has one message each way for each process.

    Args:
        chunks: makers of the environments of each process.
        mode: see `Chunk`.

    The processes are forked where that is this platform's way, and so share the tickets that have
    been made. They end with this one, however it ends.
    """

    def __init__(self, chunks: Sequence[Sequence[Maker]], mode: AutoresetMode) -> None:
        self._owner = os.getpid()
        self._sizes = [len(makers) for makers in chunks]
        self._hands: list[_Hand] = []
        # Without a descriptor of its own, which other forks would share.
        self._ready = selectors.PollSelector()
        try:
            for number, makers in enumerate(chunks):
                self._start(makers, sum(self._sizes[:number]), mode)
        except BaseException:
            self.stop(now=True)
            raise

    @property
    def processes(self) -> tuple[BaseProcess, ...]:
        """In the order of the chunks."""
        return tuple(hand.process for hand in self._hands)

    @property
    def stopped(self) -> bool:
        """Whether there is nobody left to ask."""
        return not self._hands

    def ask(self, name: str, arguments: Sequence[tuple[Any, ...]], *, fatal: bool) -> list[Any]:
        """Have each process call the method `name` of its chunk.

        Args:
            name: of the method.
            arguments: for each chunk.
            fatal: whether an exception leaves environments in no common state, so that all end.

        Returns:
            What each gave, in the order of the chunks.

        Raises:
            InfrastructureError: a process died, and all have been ended.
            Exception: what an environment raised.
        """
        requests = [_request(name, given) for given in arguments]
        answers: list[Any] = [None] * len(requests)
        failures: list[Exception] = []
        try:
            for number, request in enumerate(requests):
                self._send(number, request)
            left = len(requests)
            while left:
                for key, _ in self._ready.select():
                    done, answers[key.data] = self._receive(key.data)
                    left -= 1
                    if not done:
                        failures.append(answers[key.data])
                if failures and fatal:
                    break
        except BaseException:
            self.stop(now=True)
            raise
        if failures:
            if fatal:
                self.stop(now=True)
            raise failures[0]
        return answers

    def stop(self, *, now: bool = False) -> None:
        """End all processes; with `now` also those that are at work, else these may finish."""
        if os.getpid() != self._owner:
            return  # a fork of the owner's: they are not its own
        for hand in self._hands:
            if hand.busy and now:
                hand.process.terminate()
            with contextlib.suppress(OSError):
                hand.pipe.send_bytes(STOP)
            hand.pipe.close()
        for hand in self._hands:
            _see_off(hand.process)
        self._hands = []
        self._ready.close()

    def _start(self, makers: Sequence[Maker], first: int, mode: AutoresetMode) -> None:
        context = multiprocessing.get_context()
        ours, theirs = context.Pipe()
        forked = context.get_start_method() == "fork"
        inherited = [ours, *(hand.pipe for hand in self._hands)] if forked else []
        number, wrapped = len(self._hands), [CloudpickleWrapper(maker) for maker in makers]
        process = context.Process(
            target=serve,
            args=(wrapped, first, mode, theirs, inherited),
            name=f"fde-vector-{number}",
            daemon=True,
        )
        process.start()
        theirs.close()
        self._hands.append(_Hand(process, ours))
        self._ready.register(ours, selectors.EVENT_READ, number)

    def _send(self, number: int, request: bytes) -> None:
        hand = self._hands[number]
        hand.busy = True
        try:
            hand.pipe.send_bytes(request)
        except OSError:
            raise self._loss(number) from None

    def _receive(self, number: int) -> tuple[bool, Any]:
        """Whether it went well, and the answer or the exception."""
        hand = self._hands[number]
        try:
            raw = hand.pipe.recv_bytes()
        except (EOFError, OSError):
            raise self._loss(number) from None
        hand.busy = False
        answer: tuple[bool, Any] = pickle.loads(raw)  # noqa: S301  # by our own process
        return answer

    def _loss(self, number: int) -> InfrastructureError:
        process = self._hands[number].process
        process.join(PATIENCE)
        code, first = process.exitcode, sum(self._sizes[:number])
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        return InfrastructureError(
            f"a process of the vector environment died ({how}), and with it "
            f"environments {first} to {first + self._sizes[number] - 1}; all are closed. Make it "
            "anew, with fewer processes if memory ran out (SIGKILL)"
        )


def _request(name: str, arguments: tuple[Any, ...]) -> bytes:
    if name == "step":
        return packed(name, *arguments)
    return pickle.dumps((name, arguments), pickle.HIGHEST_PROTOCOL)


def _see_off(process: BaseProcess) -> None:
    """Wait for a process that was told to end, then make it."""
    for end in (process.terminate, process.kill):
        process.join(PATIENCE)
        if not process.is_alive():
            break
        end()
    process.join()
    process.close()
