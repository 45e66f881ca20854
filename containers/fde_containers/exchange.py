"""Files as messages between the sandbox and the host.

A message is written under another name and renamed, so a reader sees it whole or not at
all. Waiting polls, quickly at first: the folder may be a bind mount, where file
notifications do not always arrive.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_FIRST_PAUSE = 0.0005
_LONGEST_PAUSE = 0.02
_QUICK_POLLS = 40


class HostGoneError(RuntimeError):
    """The host did not answer: its process ended, or the waiting time is over."""


def write_json(path: Path, data: Any) -> None:
    """Write `data` to `path` in one step."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(data, allow_nan=False), encoding="utf-8")
    draft.replace(path)


class Exchange:
    """The two folders of a job, seen from inside.

    Args:
        inbox: the host writes here; read-only inside.
        outbox: this side writes here.
        wait_seconds: the longest wait for one message.
        parent: process id that must stay the parent; None to take the present one.
    """

    def __init__(
        self, inbox: Path, outbox: Path, wait_seconds: float, parent: int | None = None
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._wait_seconds = wait_seconds
        self._parent = os.getppid() if parent is None else parent

    def send(self, name: str, data: Any) -> None:
        """Publish `data` as `<name>.json`."""
        write_json(self._outbox / f"{name}.json", data)

    def receive(self, name: str) -> Any:
        """Wait for `<name>.json` and return what is in it.

        Raises:
            HostGoneError: the parent process changed, or `wait_seconds` passed.
        """
        path = self._inbox / f"{name}.json"
        return _poll(lambda: _read_if_there(path), self._still_there, self._wait_seconds, name)

    def _still_there(self) -> bool:
        return os.getppid() == self._parent


def _read_if_there(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None


def _poll(look: Callable[[], Any], alive: Callable[[], bool], limit: float, name: str) -> Any:
    begun = time.monotonic()
    polls = 0
    pause = _FIRST_PAUSE
    while True:
        found = look()
        if found is not None:
            return found
        if not alive():
            raise HostGoneError(
                f"the process that started this job ended before sending {name}.json"
            )
        if time.monotonic() - begun > limit:
            raise HostGoneError(f"{name}.json did not arrive within {limit:g} s")
        time.sleep(pause)
        polls += 1
        # An answer mostly comes within milliseconds; one that a person gives takes minutes.
        if polls > _QUICK_POLLS:
            pause = min(pause * 1.5, _LONGEST_PAUSE)
