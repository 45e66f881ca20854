"""The folder of a kept delivery: what a person approves, a customer checks, an operator bills.

delivery.json   facts, gate log, ledger and card, sealed with the operator's key
card.md         the model card, or card-refused.txt with what it says against the record
ledger.jsonl    the delivery's ledger
approval.json   the person's answer (`fde approve`)
receipt.json    what the operator vouches for (`fde accept`)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fde_env.errors import CardContradicted, NotVouched, UsageError
from fde_env.platform.card import render_card
from fde_env.platform.chain import chained
from fde_env.platform.chain_file import dump_rows
from fde_env.platform.collect import Mark
from fde_env.platform.delivery import Delivery
from fde_env.platform.extras import ops_extra
from fde_env.platform.keys import OPERATOR, SigningKey, key_paths, load_signing_key
from fde_env.platform.ledger import LedgerFile, LedgerRow, MeterRow
from fde_env.platform.signing import Signed, objection, read_signed, sign, write_signed

DELIVERY: Final = "delivery.json"
CARD: Final = "card.md"
CARD_REFUSED: Final = "card-refused.txt"
LEDGER: Final = "ledger.jsonl"
APPROVAL: Final = "approval.json"
RECEIPT: Final = "receipt.json"


def now() -> datetime:
    """The time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an operator's things stay: `keys/`, `ledger.jsonl`, `gate.jsonl`, `registry.db`."""

    home: Path

    @property
    def keys(self) -> Path:
        """Folder of the keys."""
        return self.home / "keys"

    @property
    def book(self) -> LedgerFile:
        """The ledger of all deliveries that were kept."""
        return LedgerFile(self.home / LEDGER)

    def operator_key(self) -> SigningKey:
        """The key that seals deliveries and signs receipts; made at its first use.

        It stands for the machine that measured, as a host key does, so nobody need remember to
        make it. A person's key is only made when a person asks (`fde keys new`).
        """
        if not key_paths(self.keys, OPERATOR)[0].exists():
            SigningKey.new(OPERATOR).write(self.keys)
        return load_signing_key(self.keys, OPERATOR)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written, and why there is no card if there is none."""

    folder: Path
    files: tuple[str, ...]
    card_refused: str | None


class Keeper:
    """Keeps one delivery in `folder`. Made before the run, so that what is missing is told then."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        """Look whether everything is there.

        Raises:
            UsageError: the folder holds a delivery, or a package of the ops extra is missing.
        """
        if (folder / DELIVERY).exists():
            raise UsageError(f"{folder} holds a delivery already; name a new folder")
        with ops_extra("keeping a delivery"):
            import huggingface_hub  # noqa: F401  # the card is rendered with it
            import jinja2  # noqa: F401  # by this
        self.folder, self._desk = folder, desk
        self._key = desk.operator_key()

    def keep(self, collected: Callable[[Mark], Delivery], agent: str) -> Kept:
        """Seal and write a delivery, and meter its run in the operator's ledger.

        Args:
            collected: gives the ended delivery under a mark.
            agent: who delivered.

        Raises:
            UsageError: nothing was delivered, or a file cannot be written.
            StoreCorrupt: the operator's ledger does not hold.
        """
        delivery = collected(Mark(agent, secrets.token_hex(16), now()))
        card, refused = CARD, None
        try:
            text = render_card(delivery)
        except CardContradicted as error:
            card, refused = CARD_REFUSED, str(error)
            text = f"{error}\n"
        for row in delivery.ledger:
            meter(self._desk.book, row)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / card).write_text(text, encoding="utf-8")
            (self.folder / LEDGER).write_text(dump_rows(delivery.ledger), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write into {self.folder}: {error}") from error
        # Last: a folder with this file in it is complete.
        write_signed(self.folder / DELIVERY, sign(delivery, self._key))
        return Kept(self.folder, (DELIVERY, card, LEDGER), refused)


def meter(book: LedgerFile, bill: MeterRow) -> MeterRow:
    """Enter a delivery's bill into the operator's ledger."""
    figures = bill.model_dump(exclude={"seq", "prev_hash", "hash"})

    def make(rows: tuple[LedgerRow, ...]) -> MeterRow:
        return chained(MeterRow, rows, figures)

    return book.enter(make)


def read_delivery(folder: Path, operators: Collection[str]) -> Signed[Delivery]:
    """The sealed delivery of a folder, checked.

    Raises:
        UsageError: the folder holds none.
        NotVouched: it was altered, or sealed by somebody else; so were card or ledger beside it.
    """
    if not (folder / DELIVERY).is_file():
        raise UsageError(f"{folder} holds no {DELIVERY}: keep one with `fde run --keep FOLDER`")
    signed = read_signed(folder / DELIVERY, Delivery)
    wrong = objection(signed, operators)
    if wrong is not None:
        raise NotVouched(f"{folder / DELIVERY}: {wrong}")
    _refuse_altered(folder / LEDGER, dump_rows(signed.body.ledger))
    if (folder / CARD).exists():
        _refuse_altered(folder / CARD, render_card(signed.body))
    return signed


def _refuse_altered(path: Path, sealed: str) -> None:
    try:
        found = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error}") from error
    if found != sealed.encode():
        raise NotVouched(f"{path} is not what the sealed delivery says; restore it")
