"""What a unit trained: the bill of each run, and its record where the store is out of reach.

A unit's runs are numbered in the order of its episodes, so a unit that is played again after its
worker was lost bills the same names. Branches of one transcript share a run, and its bill.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fde_env.contract.base import digest_of
from fde_env.contract.evidence import Evidence
from fde_env.errors import StoreCorrupt
from fde_env.evaluate.played import Played, TrainedRun
from fde_env.platform.chain import chained
from fde_env.platform.ledger import LedgerFile, LedgerRow, MeterRow
from fde_env.runs.store import Store

LEDGER: Final = "ledger.jsonl"
NAME: Final = "store-name"
LINKS: Final = {"seq", "prev_hash", "hash"}


@dataclass(frozen=True)
class Trained:
    """A run that was trained for a unit.

    Attributes:
        name: Of the bill: unit and number.
        bill: As the delivery's own ledger has it.
        evidence: JSON of the record; empty where the store that it stands in is shared.
        adapter: The adapter's files by name, beside `evidence`.
    """

    name: str
    bill: MeterRow
    evidence: str = ""
    adapter: dict[str, bytes] = field(default_factory=dict)


def trained_in(unit_id: str, played: Iterable[Played], *, carried: bool) -> Iterator[Trained]:
    """The runs that were trained for these episodes of one unit.

    Args:
        unit_id: of the unit.
        played: its episodes.
        carried: whether to bring their records along.
    """
    seen: set[str] = set()
    for item in played:
        if item.trained is None:
            continue
        # Two runs of one spec differ in what their records say of wall time.
        mark = digest_of(item.trained.evidence)
        if mark not in seen:
            yield _carried(f"{unit_id}/{len(seen)}", item.trained, carried=carried)
            seen.add(mark)


def _carried(name: str, run: TrainedRun, *, carried: bool) -> Trained:
    if not carried or run.folder is None:
        return Trained(name, run.bill)
    adapter = {file.name: file.read_bytes() for file in sorted(run.folder.glob("adapter/*"))}
    return Trained(name, run.bill, run.evidence.model_dump_json(), adapter)


class Book:
    """The bills of a benchmark run, one for each run that was trained, in a chain of rows."""

    def __init__(self, home: Path) -> None:
        self._file = LedgerFile(home / LEDGER)
        self._entered: set[str] | None = None

    def enter(self, run: Trained) -> None:
        """Enter a bill, unless it has been entered before.

        Raises:
            StoreCorrupt: the ledger does not hold.
            UsageError: it cannot be written.
        """
        if self._entered is None:
            self._entered = {row.run_id for row in self._file.rows()}
        run_id = f"{run.bill.run_id}/{run.name}"
        if run_id in self._entered:
            return
        figures: dict[str, Any] = {**run.bill.model_dump(exclude=LINKS), "run_id": run_id}

        def make(rows: tuple[LedgerRow, ...]) -> MeterRow:
            return chained(MeterRow, rows, figures)

        self._file.enter(make)
        self._entered.add(run_id)


def store_name(store: Store) -> str:
    """A name that a store keeps, by which two machines know that they share it.

    One that cannot be written shares with nobody: its name is a new one each time.
    """
    path, new = store.home / NAME, secrets.token_hex(16)
    try:
        store.home.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
            file.write(new)
        return path.read_text(encoding="utf-8")
    except OSError:
        return new


def keep_record(run: Trained, store: Store) -> None:
    """Put a record that was brought along into this machine's store.

    Raises:
        StoreCorrupt: it is no evidence.
    """
    if not run.evidence:
        return
    try:
        evidence = Evidence.model_validate_json(run.evidence)
    except ValueError as error:
        raise StoreCorrupt(f"the record of {run.name} did not arrive whole: {error}") from error
    store.keep_run(evidence, run.adapter)
