"""The operator's ledger: append-only rows, each chained to the one before it by its hash.

A row's hash covers its figures and the previous row's hash, so a figure that is changed, a row
that is taken out and rows that change places all show at the first row concerned. What a chain
cannot show by itself is a cut-off end or a whole chain written anew: keep `head` elsewhere and
hand it to `verify` for that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import Field, ValidationError

from fde_env.contract.base import Frozen, digest_of
from fde_env.contract.facts import LedgerFacts
from fde_env.contract.meter import Bill
from fde_env.contract.policy import Pool
from fde_env.contract.submissions.schedule import NodeType
from fde_env.errors import StoreCorrupt

GENESIS = "0" * 64


class LedgerRow(Frozen):
    """One bill."""

    seq: int = Field(description="Number of the row, from 1.")
    run_id: str
    node_type: NodeType
    gpu_count: int
    gpu_hours: float
    rate_usd: float = Field(description="US dollars of one GPU-hour.")
    total_usd: float
    prev_hash: str = Field(description="Hash of the row before; zeros in the first.")
    hash: str = Field(description="SHA-256 of this row without this field, 64 hex digits.")

    @property
    def facts(self) -> LedgerFacts:
        """The row as rules read it."""
        return LedgerFacts(
            gpu_hours=self.gpu_hours, rate_usd=self.rate_usd, total_usd=self.total_usd
        )


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
    def total_usd(self) -> float:
        """Sum of all bills, US dollars."""
        return sum(row.total_usd for row in self._rows)

    def append(self, run_id: str, pool: Pool, due: Bill) -> LedgerRow:
        """Enter the bill of a run on the pool that was booked, and return its row."""
        body = {
            "seq": len(self._rows) + 1,
            "run_id": run_id,
            "node_type": pool.node_type,
            "gpu_count": pool.gpu_count,
            "gpu_hours": due.gpu_hours,
            "rate_usd": due.rate_usd,
            "total_usd": due.cost_usd,
            "prev_hash": self.head,
        }
        row = LedgerRow.model_validate({**body, "hash": digest_of(body)})
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
        previous = GENESIS
        for position, row in enumerate(self._rows, start=1):
            body = row.model_dump(mode="json", exclude={"hash"})
            linked = row.seq == position and row.prev_hash == previous
            if not linked or row.hash != digest_of(body):
                return position
            previous = row.hash
        return None if head in (None, previous) else len(self._rows) + 1

    def dumps(self) -> str:
        """Write the ledger as JSON lines, oldest row first."""
        return "".join(row.model_dump_json() + "\n" for row in self._rows)

    @classmethod
    def loads(cls, text: str, head: str | None = None) -> Ledger:
        """Read what `dumps` wrote, and verify it.

        Raises:
            StoreCorrupt: A row is unreadable or breaks the chain; the message names it.
        """
        rows = []
        for position, line in enumerate(text.splitlines(), start=1):
            try:
                rows.append(LedgerRow.model_validate(json.loads(line)))
            except (json.JSONDecodeError, ValidationError) as cause:
                raise StoreCorrupt(f"ledger row {position} is unreadable: {cause}") from cause
        ledger = cls(rows)
        bad = ledger.verify(head)
        if bad is not None:
            raise StoreCorrupt(
                f"ledger row {bad} does not follow from the rows before it; "
                "restore the ledger from a copy whose head is known"
            )
        return ledger
