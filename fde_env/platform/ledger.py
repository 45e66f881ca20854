"""The operator's ledger: what was metered and what was paid, in one chain of rows.

`Ledger` lives in memory, for an episode; `LedgerFile` is the operator's book on disk. How rows
are chained, and what that shows, stands in `chain.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field, TypeAdapter

from fde_env.contract.facts import LedgerFacts
from fde_env.contract.memory import KEPT, once_each
from fde_env.contract.meter import Bill
from fde_env.contract.policy import Pool
from fde_env.contract.submissions.schedule import NodeType
from fde_env.errors import StoreCorrupt
from fde_env.platform.chain import GENESIS, Link, chained, find_fault
from fde_env.platform.chain_file import ChainFile, dump_rows, parse_rows


class MeterRow(Link):
    """One bill: what a run cost the operator."""

    kind: Literal["meter"] = "meter"
    run_id: str
    node_type: NodeType
    gpu_count: int
    gpu_hours: float
    rate_usd: float = Field(description="US dollars of one GPU-hour.")
    total_usd: float

    @property
    def facts(self) -> LedgerFacts:
        """The row as rules read it."""
        return _facts(self)


@once_each
def _facts(row: MeterRow) -> LedgerFacts:
    return LedgerFacts(gpu_hours=row.gpu_hours, rate_usd=row.rate_usd, total_usd=row.total_usd)


class PaymentRow(Link):
    """One payment: what the customer is charged, and the receipt that it rests on."""

    kind: Literal["payment"] = "payment"
    run_id: str
    receipt: str = Field(description="Digest of the signed acceptance receipt.")
    amount_usd: float


LedgerRow = MeterRow | PaymentRow
ROWS: Final[TypeAdapter[LedgerRow]] = TypeAdapter(Annotated[LedgerRow, Field(discriminator="kind")])
AnyRow = TypeVar("AnyRow", MeterRow, PaymentRow)


def meter_row(before: Sequence[LedgerRow], run_id: str, pool: Pool, due: Bill) -> MeterRow:
    """The row that enters the bill of a run on the pool that was booked."""
    figures = {
        "run_id": run_id,
        "node_type": pool.node_type,
        "gpu_count": pool.gpu_count,
        "gpu_hours": due.gpu_hours,
        "rate_usd": due.rate_usd,
        "total_usd": due.cost_usd,
    }
    return chained(MeterRow, before, figures)


# An episode's ledger has this row alone, and replays of a run are billed alike.
@lru_cache(maxsize=KEPT)
def _first_row(run_id: str, pool: Pool, due: Bill) -> MeterRow:
    return meter_row((), run_id, pool, due)


def metered(rows: Iterable[LedgerRow]) -> tuple[MeterRow, ...]:
    """The bills among `rows`."""
    return tuple(row for row in rows if isinstance(row, MeterRow))


class Ledger:
    """Rows that can be added to and read, not changed."""

    def __init__(self, rows: Iterable[LedgerRow] = ()) -> None:
        """Take over `rows` as they are; `verify` says whether they hold."""
        self._rows = list(rows)

    @property
    def rows(self) -> tuple[LedgerRow, ...]:
        """All rows, oldest first."""
        return tuple(self._rows)

    @property
    def head(self) -> str:
        """Hash of the last row, or zeros: what vouches for the whole ledger."""
        return self._rows[-1].hash if self._rows else GENESIS

    @property
    def last_bill(self) -> LedgerFacts | None:
        """The last bill that was entered, as rules read it."""
        for row in reversed(self._rows):
            if isinstance(row, MeterRow):
                return row.facts
        return None

    @property
    def total_usd(self) -> float:
        """Sum of all bills, US dollars."""
        return sum(row.total_usd for row in metered(self._rows))

    def append(self, run_id: str, pool: Pool, due: Bill) -> MeterRow:
        """Enter the bill of a run on the pool that was booked, and return its row."""
        if not self._rows:
            return self.enter(lambda _: _first_row(run_id, pool, due))
        return self.enter(lambda before: meter_row(before, run_id, pool, due))

    def enter(self, make: Callable[[tuple[LedgerRow, ...]], AnyRow]) -> AnyRow:
        """Add the row that `make` makes from the rows there are; what it raises adds nothing."""
        row = make(self.rows)
        self._rows.append(row)
        return row

    def verify(self, head: str | None = None) -> int | None:
        """Check every row.

        Args:
            head: `head` as it was kept elsewhere; finds a cut-off or rewritten ledger too.

        Returns:
            None if all holds, else the position (from 1) of the first row that does not; one past
            the last row if each holds but the end is not `head`.
        """
        fault = find_fault(self._rows, head)
        return None if fault is None else fault.position

    def dumps(self) -> str:
        """Write the ledger as JSON lines, oldest row first."""
        return dump_rows(self._rows)

    @classmethod
    def loads(cls, text: str, head: str | None = None) -> Ledger:
        """Read what `dumps` wrote, and verify it.

        Raises:
            StoreCorrupt: A row is unreadable or breaks the chain; the message names it.
        """
        rows = parse_rows(text, ROWS)
        fault = find_fault(rows, head)
        if fault is not None:
            raise StoreCorrupt(f"ledger: {fault.words}; restore it from a copy whose head is known")
        return cls(rows)  # type: ignore[arg-type]  # no fault: every one is a row of ROWS


class LedgerFile(ChainFile[LedgerRow]):
    """The operator's book at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, ROWS, "ledger")

    def enter(self, make: Callable[[tuple[LedgerRow, ...]], AnyRow]) -> AnyRow:
        """Add the row that `make` makes from the rows there are; what it raises adds nothing.

        Raises:
            StoreCorrupt: a row there does not hold.
            UsageError: the file cannot be written.
        """
        row = self.append(make)
        assert isinstance(row, MeterRow | PaymentRow)
        return row  # type: ignore[return-value]  # append returns what `make` made
