"""The event log: one JSON object a line, flushed, so that the host can follow a run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import TracebackType
from typing import Any, Self


def finite(value: Any) -> float | None:
    """`value` as a float, or None if it is missing, infinite or not a number."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


class EventLog:
    """Appends events to a file; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def write(self, event: str, **fields: Any) -> None:
        """Append one event. JSON has no NaN, so pass numbers through `finite` first.

        Raises:
            ValueError: a field is NaN or infinite.
        """
        line = json.dumps({"event": event, **fields}, allow_nan=False)
        self._file.write(line + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
