"""The data files of a drop: what the cell's rows look like to one customer.

The surface decides ids, dates, codes, file order and which of two files is the right
one. Row order, ids and names do not depend on the traps.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass, replace

from fde_env.contract.ticket import DropFile, TrapName
from fde_env.tickets.cell import Cell, Message, written_length
from fde_env.tickets.domain import Domain
from fde_env.tickets.drop import write_table

MESSAGE_COLUMNS = ("message_id", "case_id", "received", "channel", "split", "thread", "text")
LABEL_COLUMNS = ("message_id", "code_1", "code_2", "desk", "saved")
CHANNELS = ("app", "mail", "web")
TODAY = dt.date(2026, 9, 1)
EXPORT_DAYS = (10, 200)
EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of two twins is right: `good` and `bad` are '1' and '2' in some order."""

    good: str
    bad: str


@dataclass(frozen=True, slots=True)
class Toss:
    """Which of the twin files and columns are right, and which hazards are there."""

    maps: Choice
    annotations: Choice
    columns: Choice
    traps: frozenset[TrapName]
    labelled: bool

    def misread(self, choice: Choice, trap: TrapName) -> str:
        """The twin that who falls for `trap` takes."""
        return choice.bad if trap in self.traps else choice.good


Setting = tuple[Toss, random.Random]


def choose(rng: random.Random) -> Choice:
    """Toss which suffix is the right one."""
    good, bad = rng.sample(("1", "2"), 2)
    return Choice(good=good, bad=bad)


def days_ago(days: int) -> str:
    """An ISO date, `days` before the export's day."""
    return (TODAY - dt.timedelta(days=days)).isoformat()


def day_before(rng: random.Random, low: int, high: int) -> str:
    """An ISO date between `low` and `high` days before the export's day."""
    return days_ago(rng.randint(low, high))


@dataclass(frozen=True, slots=True)
class Labels:
    """This customer's codes (by intent), ids and dates (by row), and the day of the last change.

    `cut` is that day; rows that the cell calls older were received before it.
    """

    codes: tuple[str, ...]
    message_ids: tuple[str, ...]
    received: tuple[str, ...]
    cut: str


def name_things(domain: Domain, messages: tuple[Message, ...], rng: random.Random) -> Labels:
    """Draw the customer's codes, message ids and dates."""
    codes = [f"K-{number}" for number in rng.sample(range(100, 1000), len(domain.intents))]
    ids = [f"M-{number}" for number in rng.sample(range(100_000, 1_000_000), len(messages))]
    cut, (newest, oldest) = rng.randint(70, 110), EXPORT_DAYS
    received = [
        day_before(rng, cut + 1, oldest) if message.older else day_before(rng, newest, cut)
        for message in messages
    ]
    return Labels(tuple(codes), tuple(ids), tuple(received), days_ago(cut))


def exported(cell: Cell, toss: Toss) -> tuple[Message, ...]:
    """The cell's messages as they stand in the drop: a leaking dev split repeats train rows.

    A repeated row keeps the place's thread and age, so that dates and ids are drawn alike in both
    twins.
    """
    if "leak" not in toss.traps:
        return cell.messages
    dev = [place for place, message in enumerate(cell.messages) if message.split == "dev"]
    twin_of = dict(zip(dev, cell.dev_twins, strict=True))
    return tuple(
        replace(twin, split="dev", thread=message.thread, older=message.older)
        if (twin := twin_of.get(place))
        else message
        for place, message in enumerate(cell.messages)
    )


def _channels(cell: Cell, messages: tuple[Message, ...], rng: random.Random) -> list[str]:
    """A channel for each message; in all, as long a column as makes up for other texts.

    A training row that stands in for a dev row may be a letter longer or shorter. Where one
    of two short names is swapped for the long one, or the other way, the file's size stays.
    """
    channels = [rng.choice(CHANNELS) for _ in messages]
    longer = sum(
        written_length(new.text) - written_length(old.text)
        for new, old in zip(messages, cell.messages, strict=True)
    )
    swapped, instead = (("mail",), "app") if longer > 0 else (("app", "web"), "mail")
    places = [place for place, channel in enumerate(channels) if channel in swapped]
    for place in places[: abs(longer)]:
        channels[place] = instead
    return channels


def messages_file(
    cell: Cell, messages: tuple[Message, ...], labels: Labels, rng: random.Random
) -> DropFile:
    """messages.csv, rows shuffled."""
    channels = _channels(cell, messages, rng)
    rows = [
        (
            message_id,
            f"C-{rng.randrange(1000, 2500)}",
            received,
            channel,
            message.split,
            message.thread,
            message.text,
        )
        for message_id, received, channel, message in zip(
            labels.message_ids, labels.received, channels, messages, strict=True
        )
    ]
    rng.shuffle(rows)
    return DropFile(name="messages.csv", text=write_table(MESSAGE_COLUMNS, rows))


@dataclass(frozen=True, slots=True)
class _Coder:
    """What code each column of an annotation file gives to a message."""

    cell: Cell
    toss: Toss
    raw: bool

    def intent_of(self, message: Message, column: str) -> int:
        """The intent whose code stands there."""
        intent = message.tagger if self.raw else message.intent
        if column == self.toss.columns.bad and "target" in self.toss.traps:
            intent = self.cell.routed[message.intent]
        if "stale" in self.toss.traps and message.older:
            intent = self.cell.outdated[intent]
        return intent


def labels_file(
    cell: Cell, messages: tuple[Message, ...], labels: Labels, suffix: str, setting: Setting
) -> DropFile:
    """labels_<suffix>.csv: settled codes, the old tagger's, or placeholders if there are none."""
    toss, rng = setting
    coder = _Coder(cell, toss, raw="noise" in toss.traps and suffix == toss.annotations.bad)
    desks = [product.name for product in cell.domain.products]
    rows = []
    for message_id, message in zip(labels.message_ids, messages, strict=True):
        drawn = rng.choice(labels.codes)
        codes = [labels.codes[coder.intent_of(message, column)] for column in "12"]
        codes = codes if toss.labelled else [drawn, drawn]
        rows.append((message_id, *codes, rng.choice(desks), day_before(rng, 2, 9)))
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


def data_files(
    cell: Cell, messages: tuple[Message, ...], labels: Labels, setting: Setting
) -> tuple[DropFile, ...]:
    """Messages, both annotation files, both label maps."""
    toss, rng = setting
    outdated = toss.maps.bad if "permute" in toss.traps else None
    return (
        messages_file(cell, messages, labels, rng),
        *(labels_file(cell, messages, labels, s, setting) for s in ("1", "2")),
        *(map_file(cell, labels, s, outdated=s == outdated) for s in ("1", "2")),
    )


@dataclass(frozen=True, slots=True)
class Example:
    """A training message that the customer's team lead went through by hand."""

    message_id: str
    received: str
    intent: str


def examples(cell: Cell, labels: Labels, rng: random.Random) -> tuple[Example, ...]:
    """Twelve of them, half from before the last change and half from after, by date."""
    chosen: list[int] = []
    for older in (True, False):
        rows = [
            place
            for place, message in enumerate(cell.messages)
            if message.split == "train" and message.older == older
        ]
        chosen += rng.sample(rows, EXAMPLES // 2)
    found = [
        Example(
            labels.message_ids[place],
            labels.received[place],
            cell.domain.intents[cell.messages[place].intent],
        )
        for place in chosen
    ]
    return tuple(sorted(found, key=lambda example: (example.received, example.message_id)))
