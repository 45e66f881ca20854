"""The life of a process that holds a chunk of a vector environment."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, Final

from gymnasium.vector import AutoresetMode

from fde_env.errors import UsageError
from fde_env.vector.chunk import Chunk, Maker

STOP: Final = b""
"""The message that ends a process; any other is a pickled (method of `Chunk`, arguments)."""


def serve(
    makers: Sequence[Maker],
    first: int,
    mode: AutoresetMode,
    pipe: Connection,
    inherited: Sequence[Connection],
) -> None:
    """Answer requests with (True, what came of it) or (False, the exception), until told to stop.

    Args:
        makers: of the environments.
        first: place of the first of them among all.
        mode: when an ended environment is reset.
        pipe: to the parent.
        inherited: the parent's ends of this pipe and its siblings', which a fork has as well.
            Held open here, they would keep siblings from noticing that the parent has closed.
    """
    for other in inherited:
        other.close()
    _leave_signals_to_the_parent()
    # What was made before is shared with the parent, and looking for rubbish in it would copy it.
    gc.freeze()
    chunk: Chunk | None = None
    try:
        # An error in making them answers the first request.
        chunk, failure = _made(makers, first, mode)
        with contextlib.suppress(EOFError, OSError):
            while (message := pipe.recv_bytes()) != STOP:
                pipe.send_bytes(_failed(failure) if chunk is None else _answer(chunk, message))
    finally:
        if chunk is not None:
            chunk.close()


def _made(
    makers: Sequence[Maker], first: int, mode: AutoresetMode
) -> tuple[Chunk, None] | tuple[None, Exception]:
    try:
        return Chunk(makers, first, mode), None
    except Exception as error:  # noqa: BLE001  # raised again by the parent
        return None, error


def _answer(chunk: Chunk, message: bytes) -> bytes:
    try:
        name, arguments = pickle.loads(message)  # noqa: S301  # by the parent, over its own pipe
        found = getattr(chunk, name)(*arguments)
    except Exception as error:  # noqa: BLE001  # raised again by the parent
        return _failed(error)
    try:
        return pickle.dumps((True, found), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001  # objects may raise anything when they are pickled
        return _failed(UsageError(f"what {name} gives cannot leave its process ({error})"))


def _failed(error: Exception | None) -> bytes:
    assert error is not None
    where = "".join(traceback.format_exception(error))
    error.add_note(f"In a process of the vector environment:\n{where}")
    try:
        raw = pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(raw)  # noqa: S301  # made right above; some exceptions cannot be made again
    except Exception:  # noqa: BLE001  # as above
        stranger = RuntimeError(f"{type(error).__name__}: {error}")
        stranger.add_note(f"In a process of the vector environment:\n{where}")
        return pickle.dumps((False, stranger), pickle.HIGHEST_PROTOCOL)
    return raw


def _leave_signals_to_the_parent() -> None:
    signal.set_wakeup_fd(-1)
    # Ctrl-C reaches the whole group; it is for the parent to say what ends. Not SIG_IGN, which
    # sandboxed jobs would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
    # Unwinds, so that environments are closed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # A signal that the kernel gave to another thread would not wake the main one.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    threading.Thread(target=_die_with_parent, daemon=True).start()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _die_with_parent() -> None:
    parent: Any = multiprocessing.parent_process()
    parent.join()
    os._exit(1)
