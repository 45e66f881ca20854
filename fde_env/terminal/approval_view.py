"""What people see before they sign, and what a receipt vouches for."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fde_env.platform.approval import Asked
from fde_env.platform.card import contradictions
from fde_env.platform.delivery import standing
from fde_env.platform.examine import ReceiptFound
from fde_env.platform.measured import Measured
from fde_env.platform.receipt import Receipt, check_receipt
from fde_env.platform.signing import Signed

if TYPE_CHECKING:
    from fde_env.env import FDEDeliveryEnv
    from fde_env.platform.folder import Keeper

GOOD, BAD = "green", "bold red"


def _between(value: float, low: float, high: float) -> str:
    return f"{value:.4f}  (95%: {low:.4f} to {high:.4f})"


def _figures(table: Table, measured: Measured, split: str, rows: int) -> None:
    table.add_row("measured on", f"{rows} rows of {split}")
    table.add_row("base", _between(measured.base_accuracy, measured.base_low, measured.base_high))
    table.add_row(
        "tuned", _between(measured.accuracy, measured.accuracy_low, measured.accuracy_high)
    )
    low, high = measured.difference_low, measured.difference_high
    table.add_row("difference", _between(measured.difference, low, high))
    table.add_row("p-value", f"{measured.p_value:.3g}")


def _facts() -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    return table


def show_kept(console: Console, keeper: Keeper, env: FDEDeliveryEnv, agent: str) -> None:
    """Keep a delivery, and say what lies where; that nothing was delivered is no failure."""
    if env.result.ending != "delivered":
        console.print(f"nothing is kept: the delivery was {env.result.ending}", highlight=False)
        return
    kept = keeper.keep(env.delivery, agent)
    names = ", ".join(kept.files)
    console.print(Text(f"kept in {kept.folder}: {names}"), soft_wrap=True)
    if kept.card_refused is not None:
        console.print(Text(kept.card_refused, style=BAD), soft_wrap=True)


def show_asked(console: Console, asked: Asked) -> None:
    """Everything that a person's signature will cover."""
    delivery, table = asked.delivery, _facts()
    run, counts = delivery.run, delivery.run.split(delivery.acceptance.split).outcome
    word = standing(train_pass=run.train_pass, learned=run.learned, halted=run.halted)
    table.add_row("delivery", f"{delivery.delivery_id}, ticket {delivery.ticket}")
    table.add_row("for", Text(delivery.company))
    table.add_row("delivered by", Text(delivery.agent))
    table.add_row("model", Text(repr(delivery.entry.name)))
    table.add_row("artifact", run.artifact_digest)
    table.add_row("run", f"{run.run_id}, {run.steps_run} steps")
    _figures(table, asked.measured, delivery.acceptance.split, counts.rows)
    table.add_row("learned (E)", Text(word, style=GOOD if run.learned else BAD))
    table.add_row("the engineer recommends", delivery.request.recommendation)
    tried = delivery.ship_attempts
    table.add_row("tried to go round the gate", Text(str(tried), style=BAD if tried else ""))
    wrong = contradictions(delivery)
    card = Text("; ".join(wrong), style=BAD) if wrong else Text("agrees with the record")
    table.add_row("the engineer's card", card)
    console.print(table)
    if delivery.entry.artifact_digest != run.artifact_digest:
        console.print(Text("The registry entry names another artifact than the run's.", style=BAD))


def show_receipt(console: Console, signed: Signed[Receipt], operators: Collection[str]) -> None:
    """A receipt just issued."""
    show_examined(console, ReceiptFound(signed, check_receipt(signed, operators)))


def show_examined(console: Console, found: ReceiptFound) -> None:
    """What was checked of a receipt, and, if all of it holds, what is vouched for."""
    for item in found.findings:
        mark = Text("holds  ", style=GOOD) if item.holds else Text("FAILS  ", style=BAD)
        console.print(mark + Text(item.words), soft_wrap=True)
    if not found.holds:
        console.print(Text("Nothing is vouched for.", style=BAD))
        return
    receipt, table = found.signed.body, _facts()
    table.add_row("the operator vouches that", "")
    table.add_row("artifact", receipt.artifact_digest)
    stands = f"a stand-in of {receipt.nominal_base}" if receipt.stand_in else receipt.nominal_base
    table.add_row("trained from", Text(f"{stands}, revision {receipt.base_revision}"))
    table.add_row("in run", f"{receipt.run_id} of ticket {receipt.ticket}")
    table.add_row("for", Text(receipt.company))
    _figures(table, receipt.measured, receipt.counts.split, receipt.counts.rows)
    table.add_row("learned (E)", Text(str(receipt.learned), style=GOOD if receipt.learned else BAD))
    table.add_row("owed", f"${receipt.payable_usd:.2f}")
    table.add_row("ledger head", receipt.ledger_head)
    console.print(table)
