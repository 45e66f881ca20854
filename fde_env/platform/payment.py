"""Payment: only against a signed receipt of a run that learned, once, for what was metered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from fde_env.errors import NotPayable
from fde_env.platform.chain import chained
from fde_env.platform.delivery import standing
from fde_env.platform.ledger import LedgerRow, MeterRow, PaymentRow, metered
from fde_env.platform.receipt import CENT, Receipt, check_receipt
from fde_env.platform.signing import Signed

Make = Callable[[tuple[LedgerRow, ...]], PaymentRow]


class Book(Protocol):
    """The part of a ledger that payments need: `Ledger` in memory, `LedgerFile` on disk."""

    def enter(self, make: Make) -> PaymentRow:
        """Add the row that `make` makes from the rows there are; what it raises adds nothing."""


def pay(signed: Signed[Receipt], operators: Collection[str], book: Book) -> PaymentRow:
    """Charge the customer for a delivery.

    Args:
        signed: the acceptance receipt.
        operators: fingerprints of the keys that may vouch.
        book: the operator's ledger, which metered the run.

    Raises:
        NotPayable: the receipt does not hold, the run did not learn, was never metered, cost
            something else, or is paid already. Nothing is entered.
        StoreCorrupt: the ledger does not hold.
    """
    broken = [finding.words for finding in check_receipt(signed, operators) if not finding.holds]
    if broken:
        raise NotPayable(f"the receipt does not hold: {'; '.join(broken)}")
    receipt = signed.body
    if not receipt.learned:
        halted = receipt.status == "halted"
        word = standing(train_pass=receipt.train_pass, learned=False, halted=halted)
        raise NotPayable(
            f"the run of this receipt {'was ' * halted}{word}: the customer owes nothing, and "
            f"${receipt.total_usd:.2f} stay with the operator"
        )

    def make(rows: tuple[LedgerRow, ...]) -> PaymentRow:
        _refuse_twice(receipt, rows)
        _refuse_unmetered(receipt, metered(rows))
        figures = {
            "run_id": receipt.run_id,
            "receipt": signed.digest,
            "amount_usd": receipt.payable_usd,
        }
        return chained(PaymentRow, rows, figures)

    return book.enter(make)


def _refuse_twice(receipt: Receipt, rows: Sequence[LedgerRow]) -> None:
    for row in rows:
        if isinstance(row, PaymentRow) and row.run_id == receipt.run_id:
            raise NotPayable(f"{receipt.run_id} is paid already, in row {row.seq} of the ledger")


def _refuse_unmetered(receipt: Receipt, bills: Sequence[MeterRow]) -> None:
    mine = [row for row in bills if row.run_id == receipt.run_id]
    if not mine:
        raise NotPayable(f"the ledger never metered {receipt.run_id}; is it the right ledger?")
    if all(abs(row.total_usd - receipt.payable_usd) > CENT for row in mine):
        raise NotPayable(
            f"the ledger metered ${mine[-1].total_usd:.2f} for {receipt.run_id}, the receipt "
            f"asks for ${receipt.payable_usd:.2f}"
        )
