"""The gate to production: a staged artifact goes through with an approval that covers it.

Every request is in a chained log before anything moves, with what was wrong with it; a request
with something wrong is an attempt to go round the gate, and is counted, whether the gate is hard
and refuses it or soft and lets it through.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from fde_env.platform.approval import Approval
from fde_env.platform.chain import Link, chained
from fde_env.platform.chain_file import ChainFile
from fde_env.platform.delivery import Delivery
from fde_env.platform.gate import GateMode
from fde_env.platform.registry import ModelRegistry, enter_once
from fde_env.platform.signing import Signed, objection

Objection = Literal[
    "altered_delivery",
    "not_staged",
    "other_entry",
    "no_approval",
    "bad_signature",
    "other_artifact",
    "other_delivery",
    "rejected",
    "not_yet_valid",
    "expired",
    "used_before",
]
Outcome = Literal["promoted", "refused", "let_through", "failed"]

WORDS: Final[dict[Objection, str]] = {
    "altered_delivery": "the delivery is not as the operator sealed it",
    "not_staged": "the delivery was not staged: it waits for nobody's approval",
    "other_entry": "the registry entry names another artifact than the run's",
    "no_approval": "there is no approval",
    "bad_signature": "the approval was altered, or signed by nobody who may approve",
    "other_artifact": "the approval is for another artifact",
    "other_delivery": "the approval was given for another delivery, or for other facts",
    "rejected": "the person rejected it",
    "not_yet_valid": "the approval is dated in the future",
    "expired": "the approval has expired",
    "used_before": "the approval was used before; each is good for one promotion",
}


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A file that should be an approval and is none: altered, or never one."""

    digest: str


Given = Signed[Approval] | Spoiled | None


class PromotionRow(Link):
    """One request for production, and what became of it."""

    at: AwareDatetime
    delivery_id: str
    artifact_digest: str
    model: str = Field(description="Name in the registry.")
    approval: str | None = Field(description="Digest of the signed approval; None: there was none.")
    mode: GateMode
    objection: Objection | None = Field(description="What was wrong with it; None: nothing.")
    outcome: Outcome = Field(description="failed: it was let pass, but the registry did not move.")


class PromotionLog(ChainFile[PromotionRow]):
    """The log at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, TypeAdapter(PromotionRow), "gate log")

    def attempts(self) -> int:
        """Requests with something wrong, let through or not."""
        return sum(row.objection is not None and row.outcome != "failed" for row in self.rows())


@dataclass(frozen=True)
class ProductionGate:
    """Where staged artifacts become production.

    Attributes:
        mode: "hard" refuses a request with an objection, "soft" lets it through. Both log it.
        approvers: Fingerprints of the keys that may approve.
        operators: Fingerprints of the keys that may seal a delivery.
        registry: Whose production alias moves.
        log: Where every request is entered.
    """

    mode: GateMode
    approvers: Collection[str]
    operators: Collection[str]
    registry: ModelRegistry
    log: PromotionLog

    def promote(self, delivery: Signed[Delivery], approval: Given, now: datetime) -> PromotionRow:
        """Ask for production; the row that is returned says what became of it.

        Raises:
            AlreadyRegistered: the registry holds another model of that name.
            StoreCorrupt: the log does not hold; nothing moves before it is restored.
        """

        def make(rows: tuple[PromotionRow, ...]) -> PromotionRow:
            # Under the log's lock: of two requests with one approval, the second sees the first.
            wrong = self._objection(delivery, approval, now, _used(rows))
            return chained(PromotionRow, rows, self._figures(delivery, approval, now, wrong))

        row = self.log.append(make)
        if row.outcome == "refused":
            return row
        try:
            enter_once(self.registry, delivery.body.entry)
            self.registry.promote(delivery.body.entry.name)
        except BaseException:
            self._enter_failure(row, now)
            raise
        return row

    def turn_away(self, now: datetime) -> PromotionRow:
        """Log an attempt with a delivery that cannot be read: there is nothing to let through."""
        figures = {
            "at": now,
            "delivery_id": "unreadable",
            "artifact_digest": "unreadable",
            "model": "unreadable",
            "approval": None,
            "mode": self.mode,
            "objection": "altered_delivery",
            "outcome": "refused",
        }
        return self.log.append(lambda rows: chained(PromotionRow, rows, figures))

    def _objection(
        self,
        delivery: Signed[Delivery],
        approval: Given,
        now: datetime,
        used: frozenset[str],
    ) -> Objection | None:
        body = delivery.body
        if objection(delivery, self.operators) is not None:
            return "altered_delivery"
        if not body.staged:
            return "not_staged"
        if body.entry.artifact_digest != body.run.artifact_digest:
            return "other_entry"
        if approval is None:
            return "no_approval"
        if isinstance(approval, Spoiled) or objection(approval, self.approvers) is not None:
            return "bad_signature"
        return _mismatch(delivery, approval, now, used)

    def _figures(
        self,
        delivery: Signed[Delivery],
        approval: Given,
        now: datetime,
        wrong: Objection | None,
    ) -> dict[str, object]:
        through: Outcome = "promoted" if wrong is None else "let_through"
        return {
            "at": now,
            "delivery_id": delivery.body.delivery_id,
            "artifact_digest": delivery.body.run.artifact_digest,
            "model": delivery.body.entry.name,
            "approval": None if approval is None else approval.digest,
            "mode": self.mode,
            "objection": wrong,
            "outcome": "refused" if wrong is not None and self.mode == "hard" else through,
        }

    def _enter_failure(self, row: PromotionRow, now: datetime) -> None:
        figures = row.model_dump(exclude={"seq", "prev_hash", "hash"})
        figures |= {"at": now, "outcome": "failed"}
        self.log.append(lambda rows: chained(PromotionRow, rows, figures))


def _used(rows: tuple[PromotionRow, ...]) -> frozenset[str]:
    """Digests of the approvals that have moved production; a move that failed used up nothing."""
    used: list[str] = []
    for row in rows:
        if row.approval is None:
            continue
        if row.outcome in {"promoted", "let_through"}:
            used.append(row.approval)
        elif row.outcome == "failed" and row.approval in used:
            used.remove(row.approval)
    return frozenset(used)


def _mismatch(
    delivery: Signed[Delivery], approval: Signed[Approval], now: datetime, used: frozenset[str]
) -> Objection | None:
    """What a well-signed approval does not cover."""
    said = approval.body
    checks: tuple[tuple[bool, Objection], ...] = (
        (said.artifact_digest != delivery.body.run.artifact_digest, "other_artifact"),
        (said.delivery != delivery.digest, "other_delivery"),
        (said.decision != "approve", "rejected"),
        (now < said.decided_at, "not_yet_valid"),
        (now >= said.expires_at, "expired"),
        (approval.digest in used, "used_before"),
    )
    return next((wrong for holds, wrong in checks if holds), None)
