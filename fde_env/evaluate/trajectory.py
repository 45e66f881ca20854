"""An episode as a file: one JSON object a line, gzipped, with equal bytes for equal episodes.

Lines in order: `header`; `step` for each action with what it led to; `truth` and, for each stage
that was submitted, `record` with the submission, the facts it was graded on and the verdict (both
only of scored episodes); `transcript` when the agent keeps one; `end` with the outcome and the row.
A file without its `end` is torn. No clock stands in it: seconds are in the folder's `wall.jsonl`.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from fde_env.contract.base import canonical_json
from fde_env.errors import StoreCorrupt
from fde_env.evaluate.played import Played
from fde_env.evaluate.row import EpisodeRow, make_row
from fde_env.evaluate.versions import Versions

SUFFIX: Final = ".jsonl.gz"
LEVEL: Final = 5


@dataclass(frozen=True)
class Trajectory:
    """A read file: its lines by kind."""

    header: dict[str, Any]
    steps: tuple[dict[str, Any], ...]
    truth: dict[str, Any] | None
    records: tuple[dict[str, Any], ...]
    transcript: tuple[Any, ...] | None
    end: dict[str, Any]

    @property
    def row(self) -> EpisodeRow:
        """The episode's row."""
        return EpisodeRow.model_validate(self.end["row"])


def encode(played: Played, versions: Versions, suite: str) -> bytes:
    """The file of an episode."""
    lines = b"\n".join(canonical_json(line) for line in _lines(played, versions, suite))
    return gzip.compress(lines + b"\n", LEVEL, mtime=0)


def _lines(played: Played, versions: Versions, suite: str) -> Iterator[dict[str, Any]]:
    episode, ticket = played.episode, played.ticket
    yield {
        "kind": "header",
        "versions": versions.model_dump(mode="json"),
        "suite": suite,
        "episode": episode.model_dump(mode="json"),
        "ticket_id": None if ticket is None else ticket.ticket_id,
        "company": None if ticket is None else ticket.company,
        "spec": None if ticket is None else ticket.spec.model_dump(mode="json"),
        "observation": played.first,
    }
    for number, step in enumerate(played.steps, start=1):
        yield {"kind": "step", "number": number, **step}
    if played.result is not None and ticket is not None:
        yield {"kind": "truth", "truth": ticket.truth.model_dump(mode="json")}
        for record, verdict in zip(played.records, played.result.stages, strict=True):
            yield {
                "kind": "record",
                **record.model_dump(mode="json"),
                "verdict": verdict.model_dump(mode="json"),
            }
    if played.transcript is not None:
        yield {"kind": "transcript", "entries": played.transcript}
    yield {
        "kind": "end",
        "outcome": played.outcome.value,
        "detail": played.detail,
        "result": None if played.result is None else played.result.model_dump(mode="json"),
        "row": make_row(played).model_dump(mode="json"),
    }


def read_trajectory(path: Path) -> Trajectory:
    """The trajectory in `path`.

    Raises:
        StoreCorrupt: the file is torn or not one of this format.
    """
    lines = _read_lines(path)
    kinds: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        kinds.setdefault(str(line.get("kind")), []).append(line)
    if lines[0].get("kind") != "header":
        raise StoreCorrupt(f"{path} does not begin with a header; delete it")
    transcript = kinds.get("transcript")
    truth = kinds.get("truth")
    return Trajectory(
        header=lines[0],
        steps=tuple(kinds.get("step", ())),
        truth=truth[0]["truth"] if truth else None,
        records=tuple(kinds.get("record", ())),
        transcript=tuple(transcript[0]["entries"]) if transcript else None,
        end=lines[-1],
    )


def read_row(path: Path) -> EpisodeRow:
    """The row of a trajectory; only its last line is parsed.

    Raises:
        StoreCorrupt: the file is torn or not one of this format.
    """
    end = _parse(_unpacked(path).rstrip(b"\n").rpartition(b"\n")[2], path)
    return _checked_end(end, path)


def _read_lines(path: Path) -> list[dict[str, Any]]:
    lines = [_parse(line, path) for line in _unpacked(path).splitlines()]
    _checked_end(lines[-1] if lines else {}, path)
    return lines


def _checked_end(end: dict[str, Any], path: Path) -> EpisodeRow:
    if end.get("kind") != "end":
        raise StoreCorrupt(f"{path} has no end: the episode is torn; delete it")
    try:
        return EpisodeRow.model_validate(end["row"])
    except (KeyError, ValidationError) as error:
        raise StoreCorrupt(f"{path} is no trajectory of this version: {error}") from error


def _unpacked(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise StoreCorrupt(f"{path} cannot be unpacked ({error}); delete it") from error


def _parse(line: bytes, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise StoreCorrupt(f"{path} holds a line that is no JSON; delete it") from error
    if not isinstance(found, dict):
        raise StoreCorrupt(f"{path} holds a line that is no object; delete it")
    return found
