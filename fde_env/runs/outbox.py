"""Reading what a job left: everything in it is untrusted and checked before use."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fde_env.errors import SandboxFailed
from fde_env.sandbox.folders import open_output_in, read_output_in

MESSAGE_BYTES: Final = 4 << 20
LOG_BYTES: Final = 64 << 20
ADAPTER_BYTES: Final = 8 << 30


class Outbox:
    """A job's output folder; `labels` is the number of label indices that exist."""

    def __init__(self, folder: Path, labels: int) -> None:
        # Opened from the folder around it, following no link: where jobs share a sandbox, an
        # earlier one may have put a link in the place of a later one's folder.
        self._around, self._name = folder.parent, folder.name
        self._labels = labels
        self._log_offset = 0
        self._partial = b""
        self._done: dict[str, Any] | None = None

    def message(self, name: str) -> dict[str, Any] | None:
        """The JSON object in `<name>.json`, or None when it is not there yet."""
        try:
            content = read_output_in(self._around, f"{self._name}/{name}.json", MESSAGE_BYTES)
        except FileNotFoundError:
            return None
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise SandboxFailed(f"the job's {name}.json is not JSON") from error
        if not isinstance(value, dict):
            raise SandboxFailed(f"the job's {name}.json is not an object")
        return value

    def done(self) -> dict[str, Any] | None:
        """The job's last message, or None while it works."""
        if self._done is None:
            self._done = self.message("done")
        return self._done

    def labels(self, value: Any, count: int) -> tuple[int, ...]:
        """`value` as `count` label indices; -1 is no answer, as of a model that diverged.

        Raises:
            SandboxFailed: it is anything else.
        """
        valid = isinstance(value, list) and len(value) == count
        if not valid or not all(type(i) is int and -1 <= i < self._labels for i in value):
            raise SandboxFailed(f"the job did not answer {count} rows with label indices")
        return tuple(value)

    def new_events(self) -> Iterator[dict[str, Any]]:
        """Events that were logged since the last call; an unfinished line waits."""
        self._partial += self._new_bytes()
        *lines, self._partial = self._partial.split(b"\n")
        for line in lines:
            try:
                event = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise SandboxFailed("the job's log.jsonl holds a line that is not JSON") from error
            if isinstance(event, dict):
                yield event

    def _new_bytes(self) -> bytes:
        # Read on from where we were: a log is read once, however often it is looked at.
        try:
            handle = open_output_in(self._around, f"{self._name}/log.jsonl")
        except FileNotFoundError:
            return b""
        with os.fdopen(handle, "rb") as file:
            file.seek(self._log_offset)
            content = file.read(LOG_BYTES)
        self._log_offset += len(content)
        return content

    def files(self, folder: str, names: tuple[str, ...]) -> dict[str, bytes]:
        """Named files of a folder in the outbox, those that exist."""
        found = {}
        for name in names:
            try:
                path = f"{self._name}/{folder}/{name}"
                found[name] = read_output_in(self._around, path, ADAPTER_BYTES)
            except FileNotFoundError:
                continue
        return found
