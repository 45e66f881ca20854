"""The data files of a drop: what the cell's rows look like to one customer.

The surface decides ids, dates, codes, file order and which of two files is the right
one. Row order, ids and names do not depend on the traps.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass

from fde_env.contract.ticket import DropFile
from fde_env.tickets.cell import Cell
from fde_env.tickets.drop import write_table

MESSAGE_COLUMNS = ("message_id", "case_id", "received", "channel", "split", "thread", "text")
LABEL_COLUMNS = ("message_id", "code", "desk", "saved")
CHANNELS = ("app", "mail", "web")
TODAY = dt.date(2026, 9, 1)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of two twin files is right: `good` and `bad` are '1' and '2' in some order."""

    good: str
    bad: str


def choose(rng: random.Random) -> Choice:
    """Toss which suffix is the right one."""
    good, bad = rng.sample(("1", "2"), 2)
    return Choice(good=good, bad=bad)


def day_before(rng: random.Random, low: int, high: int) -> str:
    """An ISO date between `low` and `high` days before the export's day."""
    return (TODAY - dt.timedelta(days=rng.randint(low, high))).isoformat()


@dataclass(frozen=True, slots=True)
class Labels:
    """Codes of all intents and ids of all messages, as this customer has them."""

    codes: tuple[str, ...]
    message_ids: tuple[str, ...]


def name_things(cell: Cell, rng: random.Random) -> Labels:
    """Draw the customer's codes (by intent) and message ids (by row)."""
    codes = [f"K-{number}" for number in rng.sample(range(100, 1000), len(cell.domain.intents))]
    ids = [f"M-{number}" for number in rng.sample(range(100_000, 1_000_000), len(cell.messages))]
    return Labels(codes=tuple(codes), message_ids=tuple(ids))


def messages_file(cell: Cell, labels: Labels, rng: random.Random) -> DropFile:
    """messages.csv, rows shuffled."""
    rows = [
        (
            message_id,
            f"C-{rng.randrange(1000, 2500)}",
            day_before(rng, 10, 200),
            rng.choice(CHANNELS),
            message.split,
            message.thread,
            message.text,
        )
        for message_id, message in zip(labels.message_ids, cell.messages, strict=True)
    ]
    rng.shuffle(rows)
    return DropFile(name="messages.csv", text=write_table(MESSAGE_COLUMNS, rows))


def labels_file(
    cell: Cell, labels: Labels, suffix: str, rng: random.Random, *, raw: bool
) -> DropFile:
    """labels_<suffix>.csv: adjudicated codes, or the old tagger's when `raw`."""
    desks = [product.name for product in cell.domain.products]
    rows = [
        (
            message_id,
            labels.codes[message.tagger if raw else message.intent],
            rng.choice(desks),
            day_before(rng, 2, 9),
        )
        for message_id, message in zip(labels.message_ids, cell.messages, strict=True)
    ]
    rng.shuffle(rows)
    return DropFile(name=f"labels_{suffix}.csv", text=write_table(LABEL_COLUMNS, rows))


def map_file(cell: Cell, labels: Labels, suffix: str, *, outdated: bool) -> DropFile:
    """label_map_<suffix>.json: code to intent, by today's table or by the outdated one."""
    intents = cell.domain.intents
    table = {
        code: intents[cell.outdated[index] if outdated else index]
        for index, code in enumerate(labels.codes)
    }
    text = json.dumps(table, indent=0, sort_keys=True) + "\n"
    return DropFile(name=f"label_map_{suffix}.json", text=text)


def examples(cell: Cell, labels: Labels, rng: random.Random) -> tuple[tuple[str, str], ...]:
    """Eight training messages that the customer's team lead went through by hand."""
    train = [index for index, message in enumerate(cell.messages) if message.split == "train"]
    return tuple(
        (labels.message_ids[index], cell.domain.intents[cell.messages[index].intent])
        for index in rng.sample(train, 8)
    )
