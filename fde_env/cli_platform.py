"""The operator's and the customer's commands: keys, approve, promote, accept, verify, pay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from fde_env.cli_common import AsJson, print_json, shown_errors

if TYPE_CHECKING:
    from fde_env.platform.folder import Desk

keys_app = typer.Typer(help="Keys that sign: make one, list them.", no_args_is_help=True)
ledger_app = typer.Typer(help="Ledgers: check one.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder of `fde run --keep`.")]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="Who may vouch: a .pub file or a fingerprint; repeat."),
]


def register_commands(app: typer.Typer) -> None:
    """Add the commands of this module to `fde`."""
    app.add_typer(keys_app, name="keys")
    app.add_typer(ledger_app, name="ledger")
    for command in (approve, promote, accept, verify, pay):
        app.command()(command)


def _desk() -> Desk:
    from fde_env.platform.folder import Desk
    from fde_env.platform.keys import operator_home

    return Desk(operator_home())


def _say(words: str, *, good: bool | None = None) -> None:
    style = {None: None, True: "green", False: "red"}[good]
    Console().print(words, style=style, highlight=False, markup=False, soft_wrap=True)


@keys_app.command("new")
def keys_new(
    name: Annotated[str, typer.Argument(help="Whose key it is.")] = "approver",
) -> None:
    """Make a key pair; the .pub file goes to those who check what it signs."""
    from fde_env.platform.keys import SigningKey

    with shown_errors():
        key = SigningKey.new(name)
        path = key.write(_desk().keys)
    _say(f"{path}\nfingerprint {key.public.fingerprint}")


@keys_app.command("list")
def keys_list() -> None:
    """List the public keys of this machine with their fingerprints."""
    from fde_env.platform.keys import load_public_key

    with shown_errors():
        for path in sorted(_desk().keys.glob("*.pub")):
            _say(f"{path.stem}  {load_public_key(path).fingerprint}  {path}")


@ledger_app.command("verify")
def ledger_verify(
    file: Annotated[Path, typer.Argument(help="A ledger.jsonl.")],
    head: Annotated[
        str | None, typer.Option(help="Hash of the last row as you kept it elsewhere.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the first row that was changed, dropped or moved; exit with 1 if there is one."""
    from fde_env.platform.examine import examine_ledger

    with shown_errors():
        found = examine_ledger(file, head)
    if as_json:
        print_json(found.as_json())
    else:
        _say(found.words, good=found.holds)
    if not found.holds:
        raise typer.Exit(1)


def approve(
    folder: Folder,
    reject: Annotated[bool, typer.Option("--reject", help="Sign a rejection instead.")] = False,
    days: Annotated[int, typer.Option(min=1, max=90, help="How long it may be used.")] = 7,
    signer: Annotated[str, typer.Option("--as", help="Your key, by name.")] = "approver",
    key: Keys = None,
) -> None:
    """Show what waits for approval, ask, and sign the answer. For people: it always asks."""
    from datetime import timedelta

    from fde_env.platform.approval import ask, decide
    from fde_env.platform.folder import APPROVAL, now, read_delivery
    from fde_env.platform.keys import OPERATOR, load_signing_key, trusted
    from fde_env.platform.signing import sign, write_signed
    from fde_env.terminal.approval_view import show_asked

    with shown_errors():
        mine = load_signing_key(_desk().keys, signer)
        asked = ask(read_delivery(folder, trusted(key or (), _desk().keys, OPERATOR)))
        show_asked(Console(), asked)
        decision = "reject" if reject else "approve"
        if not typer.confirm(f"{decision.capitalize()} this artifact?"):
            _say("Nothing was signed." + ("" if reject else " To sign a rejection: --reject"))
            raise typer.Exit(1)
        answer = decide(asked, "reject" if reject else "approve", now(), timedelta(days=days))
        write_signed(folder / APPROVAL, sign(answer, mine))
    _say(f"{decision} signed as {signer}, until {answer.expires_at:%Y-%m-%d}: {folder / APPROVAL}")


def promote(
    folder: Folder,
    gate: Annotated[str, typer.Option(help="hard (refuses), or soft (lets through).")] = "hard",
    approval: Annotated[Path | None, typer.Option(help="Default: the folder's own.")] = None,
    approver: Annotated[
        list[str] | None,
        typer.Option(help="Who may approve: a .pub file or a fingerprint; repeat."),
    ] = None,
) -> None:
    """Put a staged artifact into production: the gate wants an approval that covers it."""
    from fde_env.platform.examine import request_production

    with shown_errors():
        answer = request_production(_desk(), folder, gate, approval, tuple(approver or ()))
    _say(answer.words, good=answer.holds)
    if not answer.moved:
        raise typer.Exit(1)


def accept(folder: Folder) -> None:
    """The operator's acceptance gate: recompute E from the counts and sign a receipt."""
    from fde_env.platform.folder import RECEIPT, now, read_delivery
    from fde_env.platform.receipt import issue_receipt
    from fde_env.platform.signing import sign, write_signed
    from fde_env.terminal.approval_view import show_receipt

    with shown_errors():
        operator = _desk().operator_key()
        trusted = {operator.public.fingerprint}
        receipt = sign(issue_receipt(read_delivery(folder, trusted), trusted, now()), operator)
        write_signed(folder / RECEIPT, receipt)
        show_receipt(Console(), receipt, trusted)
    _say(f"receipt: {folder / RECEIPT}")


def verify(
    receipt: Annotated[Path, typer.Argument(help="A receipt.json, or the folder with it.")],
    key: Keys = None,
    ledger: Annotated[
        Path | None, typer.Option(help="Also: whether this ledger is the receipt's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a receipt offline and say what is vouched for; exit with 1 if anything fails."""
    from fde_env.platform.examine import examine_receipt
    from fde_env.terminal.approval_view import show_examined

    with shown_errors():
        found = examine_receipt(_desk(), receipt, tuple(key or ()), ledger)
    if as_json:
        print_json(found.as_json())
    else:
        show_examined(Console(), found)
    if not found.holds:
        raise typer.Exit(1)


def pay(
    receipt: Annotated[Path, typer.Argument(help="A receipt.json, or the folder with it.")],
    ledger: Annotated[Path | None, typer.Option(help="Default: the operator's own.")] = None,
    key: Keys = None,
) -> None:
    """Enter the customer's payment into the ledger: for a run that learned, once."""
    from fde_env.platform.examine import read_receipt
    from fde_env.platform.keys import OPERATOR, trusted
    from fde_env.platform.ledger import LedgerFile
    from fde_env.platform.payment import pay as charge

    with shown_errors():
        operators = trusted(key or (), _desk().keys, OPERATOR)
        book = _desk().book if ledger is None else LedgerFile(ledger)
        row = charge(read_receipt(receipt), operators, book)
        _say(f"${row.amount_usd:.2f} for {row.run_id}: row {row.seq} of {book.path}", good=True)
        _say(f"head {row.hash} (keep it elsewhere: it shows a cut-off ledger)")
