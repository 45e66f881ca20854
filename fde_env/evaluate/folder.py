"""The folder of a benchmark run: it can be killed at any point and goes on from what is whole.

    plan.json            what is played; another plan in the same folder is refused
    episodes/ID.jsonl.gz one file an episode, there by one rename or not at all
    spending.jsonl       dollars, each line as soon as they were spent
    wall.jsonl           seconds and tries; no figure is made from it
    ledger.jsonl         the bills of runs that were trained, each once, in a chain of rows
    summary.json         figures of all episodes

A unit's first episode is renamed last, so a unit is done when that file is there and whole.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fde_env.errors import StoreCorrupt, UsageError
from fde_env.evaluate.plan import Plan, Unit
from fde_env.evaluate.row import EpisodeRow
from fde_env.evaluate.trajectory import SUFFIX, read_row

PLAN: Final = "plan.json"
SUMMARY: Final = "summary.json"
SPENDING: Final = "spending.jsonl"
WALL: Final = "wall.jsonl"
LOCK: Final = ".lock"


class RunFolder:
    """Files of one benchmark run."""

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()

    # Beginning

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder, which is made; a second run in it is refused.

        Raises:
            UsageError: another process works in it.
        """
        (self.home / "episodes").mkdir(parents=True, exist_ok=True)
        with (self.home / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UsageError(
                    f"another benchmark run works in {self.home}; wait for it or use another --out"
                ) from error
            yield

    def bind(self, plan: Plan) -> None:
        """Write the plan, or check that the folder holds the same one; clear torn drafts.

        Raises:
            UsageError: the folder belongs to another plan.
        """
        path, text = self.home / PLAN, plan.model_dump_json(indent=1) + "\n"
        if path.exists() and not _same_plan(path.read_text(encoding="utf-8"), text):
            raise UsageError(
                f"{self.home} holds another benchmark run (other agents, tickets, conditions or "
                "version); use another --out"
            )
        if not path.exists():
            self.write(PLAN, text.encode())
        for draft in (self.home / "episodes").glob(".*"):
            draft.unlink()

    # Episodes

    def path(self, episode_id: str) -> Path:
        """File of an episode, whether it exists or not."""
        return self.home / "episodes" / f"{episode_id}{SUFFIX}"

    def done(self, unit: Unit) -> tuple[EpisodeRow, ...] | None:
        """Rows of a unit that is whole; None for one that is still to be played."""
        try:
            if not self.path(unit.episodes[0].episode_id).is_file():
                return None
            return tuple(read_row(self.path(item.episode_id)) for item in unit.episodes)
        except (StoreCorrupt, FileNotFoundError):
            return None

    def publish(self, unit: Unit, files: Mapping[str, bytes]) -> None:
        """Put a unit's episodes into the folder, the one that makes it whole last."""
        for episode in reversed(unit.episodes):
            name = self.path(episode.episode_id)
            draft = name.with_name(f".{name.name}")
            draft.write_bytes(files[episode.episode_id])
            draft.replace(name)

    def write(self, name: str, content: bytes) -> Path:
        """Write a file of the folder, whole or not at all."""
        path = self.home / name
        draft = path.with_name(f".{name}.part")
        draft.write_bytes(content)
        draft.replace(path)
        return path

    # Money and time

    def spent(self) -> float:
        """Dollars spent in this folder so far, on episodes that were cut off too."""
        path = self.home / SPENDING
        if not path.is_file():
            return 0.0
        return sum(_dollars(line) for line in path.read_text(encoding="utf-8").splitlines())

    def note_wall(self, entry: Mapping[str, Any]) -> None:
        """Add a line to the sidecar of seconds."""
        append(self.home / WALL, entry)


def append(path: Path, entry: Mapping[str, Any]) -> None:
    """Add one line by one write, so that several processes can share the file."""
    line = (json.dumps(entry, sort_keys=True) + "\n").encode()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line)
    finally:
        os.close(handle)


def _dollars(line: str) -> float:
    try:
        return float(json.loads(line)["dollars"])
    except (ValueError, KeyError, TypeError):
        # The last line of a machine that lost power; every other was one write.
        return 0.0


def _same_plan(old: str, new: str) -> bool:
    """Whether two plans play the same; libraries may have moved on."""
    try:
        plans = [json.loads(text) for text in (old, new)]
    except ValueError:
        return False
    for plan in plans:
        plan.get("versions", {}).pop("libraries", None)
    return bool(plans[0] == plans[1])
