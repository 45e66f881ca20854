"""What the commands `ledger verify`, `verify` and `promote` find out, as data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fde_env.errors import NotVouched, UsageError
from fde_env.platform.approval import Approval
from fde_env.platform.delivery import Delivery
from fde_env.platform.folder import APPROVAL, DELIVERY, RECEIPT, Desk, now
from fde_env.platform.keys import APPROVER, OPERATOR, trusted
from fde_env.platform.ledger import LedgerFile, metered
from fde_env.platform.mlflow_registry import MlflowRegistry
from fde_env.platform.promotion import (
    WORDS,
    Given,
    ProductionGate,
    PromotionLog,
    PromotionRow,
    Spoiled,
)
from fde_env.platform.receipt import Finding, Receipt, check_receipt
from fde_env.platform.signing import Signed, read_signed

GATE_LOG: Final = "gate.jsonl"
REGISTRY: Final = "registry.db"


@dataclass(frozen=True, slots=True)
class LedgerFound:
    """Whether a ledger holds; `position` is the first row that does not, from 1."""

    holds: bool
    rows: int
    position: int | None
    kind: str | None
    run_id: str | None
    words: str

    def as_json(self) -> dict[str, Any]:
        """As one plain object."""
        return {name: getattr(self, name) for name in self.__slots__}


def examine_ledger(path: Path, head: str | None) -> LedgerFound:
    """Check every row of the ledger at `path`.

    Raises:
        UsageError: there is no such file.
    """
    if not path.is_file():
        raise UsageError(f"there is no ledger {path}")
    book = LedgerFile(path)
    rows, fault = book.parsed(), book.fault(head)
    if fault is None:
        kept = "" if head is None else " and end at the head that was kept"
        last = f"; head {rows[-1].hash}" if rows else ""  # type: ignore[union-attr]
        words = f"all {len(rows)} rows hold{kept}{last}"
        return LedgerFound(True, len(rows), None, None, None, words)
    at = rows[fault.position - 1] if fault.position <= len(rows) else None
    run_id = getattr(at, "run_id", None)
    named = f" ({run_id})" if run_id else ""
    words = f"{fault.words}{named}"
    return LedgerFound(False, len(rows), fault.position, fault.kind, run_id, words)


@dataclass(frozen=True, slots=True)
class ReceiptFound:
    """A receipt and all that was checked of it."""

    signed: Signed[Receipt]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return all(finding.holds for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """As one plain object."""
        checks = [{"holds": item.holds, "words": item.words} for item in self.findings]
        return {
            "holds": self.holds,
            "signer": self.signed.signer,
            "checks": checks,
            "receipt": self.signed.body.model_dump(mode="json"),
        }


def examine_receipt(
    desk: Desk, path: Path, keys: tuple[str, ...], ledger: Path | None
) -> ReceiptFound:
    """Check a receipt without asking anybody.

    Args:
        desk: whose operator's key is meant when none is named.
        path: the receipt.
        keys: who may vouch (files or fingerprints).
        ledger: a ledger that should be the receipt's; None to leave that out.

    Raises:
        NotVouched: it is no receipt, or no operator's key is known.
        UsageError: a file cannot be read.
    """
    signed = read_receipt(path)
    try:
        operators = trusted(keys, desk.keys, OPERATOR)
    except NotVouched as unknown:
        raise NotVouched(f"{unknown}. The receipt says {signed.signer}") from None
    found = check_receipt(signed, operators)
    if ledger is not None:
        found = (*found, _against_ledger(signed.body, ledger))
    return ReceiptFound(signed, found)


def read_receipt(path: Path) -> Signed[Receipt]:
    """The receipt at `path`, or the one in that folder of a kept delivery.

    Raises:
        NotVouched: it is no receipt as it was written.
        UsageError: it cannot be read.
    """
    return read_signed(path / RECEIPT if path.is_dir() else path, Receipt)


def _against_ledger(receipt: Receipt, path: Path) -> Finding:
    """Whether the ledger holds, contains the receipt's head, and bills the run as it says."""
    checked = examine_ledger(path, None)
    if not checked.holds:
        return Finding(False, f"the ledger does not hold: {checked.words}")
    rows = LedgerFile(path).rows()
    if receipt.ledger_head not in {row.hash for row in rows}:
        return Finding(False, "the receipt's ledger head is not in this ledger")
    bills = [row.total_usd for row in metered(rows) if row.run_id == receipt.run_id]
    if receipt.total_usd not in bills:
        return Finding(False, f"this ledger has no such bill of {receipt.run_id}")
    return Finding(True, "the ledger holds, up to the receipt's head, and bills the run so")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate said. `holds`: nothing was wrong; `moved`: production changed."""

    holds: bool
    moved: bool
    words: str


def request_production(
    desk: Desk, folder: Path, mode: str, approval: Path | None, approvers: tuple[str, ...]
) -> Answer:
    """Ask the gate to put a kept delivery into production.

    Args:
        desk: the operator's desk: keys, gate log and registry.
        folder: the kept delivery.
        mode: "hard" or "soft".
        approval: the approval's file; None for the folder's own, if there is one.
        approvers: who may approve; by default this machine's approver.

    Raises:
        UsageError: there is no delivery, or MLflow is not installed.
        StoreCorrupt: the gate's log does not hold.
    """
    if mode not in {"hard", "soft"}:
        raise UsageError(f"the gate is 'hard' or 'soft', not {mode!r}")
    if not (folder / DELIVERY).is_file():
        raise UsageError(f"{folder} holds no {DELIVERY}: keep one with `fde run --keep FOLDER`")
    gate = ProductionGate(
        mode="hard" if mode == "hard" else "soft",
        approvers=_known(approvers, desk, APPROVER),
        operators=_known((), desk, OPERATOR),
        registry=MlflowRegistry(desk.home / REGISTRY),
        log=PromotionLog(desk.home / GATE_LOG),
    )
    row = _request(gate, folder, approval or folder / APPROVAL)
    attempts = gate.log.attempts()
    logged = f" Logged as row {row.seq} of {gate.log.path}; attempts to go round it: {attempts}."
    if row.objection is None:
        words = f"{row.model} is in production, with the approval {row.approval}.{logged}"
        return Answer(True, True, words)
    went = "LET THROUGH all the same" if row.outcome == "let_through" else "refused"
    return Answer(False, row.outcome != "refused", f"{went}: {WORDS[row.objection]}.{logged}")


def _request(gate: ProductionGate, folder: Path, approval: Path) -> PromotionRow:
    """Ask the gate with what lies in the files; what cannot be read is an attempt as well."""
    try:
        signed = read_signed(folder / DELIVERY, Delivery)
    except NotVouched:
        return gate.turn_away(now())
    given: Given = None
    if approval.exists():
        try:
            given = read_signed(approval, Approval)
        except UsageError:
            content = approval.read_bytes() if approval.is_file() else b""
            given = Spoiled(hashlib.sha256(content).hexdigest())
    return gate.promote(signed, given, now())


def _known(named: tuple[str, ...], desk: Desk, default: str) -> frozenset[str]:
    """Like `trusted`, but where nobody is known nobody is trusted: the gate logs the attempt."""
    try:
        return trusted(named, desk.keys, default)
    except NotVouched:
        return frozenset()
