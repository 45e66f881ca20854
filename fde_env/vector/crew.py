"""The chunks of a vector environment, most of them in processes, and what is asked of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import selectors
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
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


Answer = tuple[bool, Any]
"""Whether it went well, and what it gave or raised."""


@dataclass
class _Hand:
    """A process and this side of its pipe."""

    process: BaseProcess
    pipe: Connection
    holds: str
    busy: bool = False


class Crew:
    """The first chunk here, each other one in a process of its own.

    A request is one message each way for each process, and this one works meanwhile: it would
    otherwise only wait, and what needs no message costs least. Processes are forked where that is
    this platform's way, and so share the tickets that have been made. They end with this one,
    however it ends.

    Args:
        chunks: makers of the environments of each chunk.
        mode: see `Chunk`.
    """

    def __init__(self, chunks: Sequence[Sequence[Maker]], mode: AutoresetMode) -> None:
        self.stopped = False
        self._owner = os.getpid()
        self._firsts = [0, *accumulate(len(makers) for makers in chunks)]
        self._hands: list[_Hand] = []
        self._chunk: Chunk | None = None
        # Without a descriptor of its own, which other forks would share.
        self._ready = selectors.PollSelector()
        try:
            for makers in chunks[1:]:
                self._start(makers, mode)
            self._chunk = Chunk(chunks[0], 0, mode)
        except BaseException:
            self.stop(now=True)
            raise

    @property
    def processes(self) -> tuple[BaseProcess, ...]:
        """Those of the chunks but for the first."""
        return tuple(hand.process for hand in self._hands)

    def ask(self, name: str, arguments: Sequence[tuple[Any, ...]], *, fatal: bool) -> list[Any]:
        """Have each chunk do `name`.

        Args:
            name: of a method of `Chunk`.
            arguments: for each chunk.
            fatal: whether an exception leaves environments in no common state, so that all end.

        Returns:
            What each gave, in the order of the chunks.

        Raises:
            InfrastructureError: a process died, and all have been ended.
            Exception: what an environment raised.
        """
        requests = [_request(name, given) for given in arguments[1:]]
        try:
            for hand, request in zip(self._hands, requests, strict=True):
                self._send(hand, request)
            answers = [self._do(name, arguments[0])]
            if not (fatal and _failures(answers)):
                answers += self._collect(fatal=fatal)
        except BaseException:
            self.stop(now=True)
            raise
        if failures := _failures(answers):
            if fatal:
                self.stop(now=True)
            raise failures[0]
        return [answer for _, answer in answers]

    def stop(self, *, now: bool = False) -> None:
        """Close all environments and end all processes; with `now` also those that are at work."""
        if os.getpid() != self._owner:
            return  # a fork of the owner's: they are not its own
        self.stopped = True
        for hand in self._hands:
            if hand.busy and now:
                hand.process.terminate()
            with contextlib.suppress(OSError):
                hand.pipe.send_bytes(STOP)
            hand.pipe.close()
        try:
            if self._chunk is not None:
                self._chunk.close()
        finally:
            for hand in self._hands:
                _see_off(hand.process)
            self._hands = []
            self._ready.close()

    def _start(self, makers: Sequence[Maker], mode: AutoresetMode) -> None:
        context = multiprocessing.get_context()
        ours, theirs = context.Pipe()
        forked = context.get_start_method() == "fork"
        inherited = [ours, *(hand.pipe for hand in self._hands)] if forked else []
        number, wrapped = len(self._hands), [CloudpickleWrapper(maker) for maker in makers]
        first = self._firsts[number + 1]
        process = context.Process(
            target=serve,
            args=(wrapped, first, mode, theirs, inherited),
            name=f"fde-vector-{number + 1}",
            daemon=True,
        )
        process.start()
        theirs.close()
        last = first + len(makers) - 1
        self._hands.append(_Hand(process, ours, f"environments {first} to {last}"))
        self._ready.register(ours, selectors.EVENT_READ, number)

    def _do(self, name: str, arguments: tuple[Any, ...]) -> Answer:
        """What a process does with a request, done here."""
        try:
            return True, getattr(self._chunk, name)(*arguments)
        except Exception as error:  # noqa: BLE001  # raised by `ask`
            return False, error

    def _send(self, hand: _Hand, request: bytes) -> None:
        hand.busy = True
        try:
            hand.pipe.send_bytes(request)
        except OSError:
            raise _loss(hand) from None

    def _collect(self, *, fatal: bool) -> list[Answer]:
        """Answers of all processes, or of some where a failure among them is fatal."""
        if len(self._hands) == 1:
            return [self._receive(self._hands[0])]  # nobody else to listen to meanwhile
        answers: list[Answer | None] = [None] * len(self._hands)
        left = len(answers)
        while left and not (fatal and _failures(answers)):
            for key, _ in self._ready.select():
                answers[key.data] = self._receive(self._hands[key.data])
                left -= 1
        return [answer for answer in answers if answer is not None]

    def _receive(self, hand: _Hand) -> Answer:
        try:
            raw = hand.pipe.recv_bytes()
        except (EOFError, OSError):
            raise _loss(hand) from None
        hand.busy = False
        answer: Answer = pickle.loads(raw)  # noqa: S301  # by our own process
        return answer


def _failures(answers: Sequence[Answer | None]) -> list[Exception]:
    return [answer[1] for answer in answers if answer is not None and not answer[0]]


def _loss(hand: _Hand) -> InfrastructureError:
    hand.process.join(PATIENCE)
    code = hand.process.exitcode
    how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
    return InfrastructureError(
        f"a process of the vector environment died ({how}), and with it {hand.holds}; all are "
        "closed. Make it anew, with fewer processes if memory ran out (SIGKILL)"
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
