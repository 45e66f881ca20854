"""The evidence cell: the canonical rows of a domain and a data seed.

A ticket's surface (company, wording, prices, which file is stale) never changes these
rows, so many tickets share one recorded run.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Final, Literal

from fde_env.contract.run_spec import CellKey, Size
from fde_env.tickets import language, taxonomy
from fde_env.tickets.domain import Domain
from fde_env.tickets.domains import load_domain


@dataclass(frozen=True)
class Counts:
    """Rows a split holds."""

    train: int
    dev: int
    probe_pool: int
    held_out: int


COUNTS: Final = MappingProxyType[Size, Counts](
    {
        "full": Counts(train=2800, dev=200, probe_pool=1000, held_out=1100),
        "smoke": Counts(train=320, dev=60, probe_pool=128, held_out=160),
    }
)

OLDER_SHARE: Final = 0.8
"""Share of the export that came before the date of the last change, whatever changed then."""


@dataclass(frozen=True)
class Row:
    """A clean row that stays on the host: text, quoted thread and true intent."""

    text: str
    thread: str
    intent: int


@dataclass(frozen=True)
class Message:
    """A row of the customer's export, with the true intent and the tagger's raw label.

    `older` rows came before a date on which the customer's taxonomy may have changed.
    """

    text: str
    thread: str
    split: Literal["train", "dev"]
    intent: int
    tagger: int
    older: bool


@dataclass(frozen=True)
class Cell:
    """All rows of a cell; no normalised text stands in it twice.

    `dev_twins` holds for each dev row a training row that is as long: a drop whose dev split
    leaks has these in its place, and its files have the same sizes. They are also the
    training rows on which a run is scored. `outdated[i]` is the label that the outdated label
    map gives to intent i, `routed[i]` the one under which a message about it is sent to a desk.
    """

    key: CellKey
    domain: Domain
    messages: tuple[Message, ...]
    probe_pool: tuple[Row, ...]
    held_out: tuple[Row, ...]
    outdated: tuple[int, ...]
    routed: tuple[int, ...]
    dev_twins: tuple[Message, ...]

    def split(self, name: Literal["train", "dev"]) -> tuple[Message, ...]:
        """The export's messages of one split, in order."""
        return tuple(message for message in self.messages if message.split == name)


@lru_cache(maxsize=16)
def build_cell(key: CellKey) -> Cell:
    """Generate the cell called `key`: the same rows on every machine.

    Raises `UsageError` when the domain is unknown.
    """
    domain = load_domain(key.domain)
    counts = COUNTS[key.size]
    rows = _rows(domain, f"cell/{key.domain}/{key.data_seed}/{key.size}")
    export = tuple(islice(rows, counts.train + counts.dev))
    messages = _messages(domain, export, counts.train, key)
    return Cell(
        key=key,
        domain=domain,
        messages=messages,
        probe_pool=tuple(islice(rows, counts.probe_pool)),
        held_out=tuple(islice(rows, counts.held_out)),
        outdated=taxonomy.outdated_map(domain, key.data_seed),
        routed=taxonomy.routed_map(domain),
        dev_twins=_twins(messages),
    )


def pretraining_rows(domain: Domain, seed: int) -> Iterator[Row]:
    """Endless rows for pre-training; disjoint from every cell by construction."""
    rng = random.Random(f"pretraining/{domain.name}/{seed}")
    while True:
        intent = rng.randrange(len(domain.intents))
        text = language.message(domain, intent, rng)
        if language.for_pretraining(text):
            yield Row(text=text, thread="", intent=intent)


def _rows(domain: Domain, seed: str) -> Iterator[Row]:
    """Endless rows of a cell without duplicates, intents balanced and shuffled."""
    rng = random.Random(seed)
    seen: set[str] = set()
    while True:
        intents = list(range(len(domain.intents)))
        rng.shuffle(intents)
        for intent in intents:
            text = _fresh_text(domain, intent, rng, seen)
            yield Row(text=text, thread=language.thread(domain, rng), intent=intent)


def _fresh_text(domain: Domain, intent: int, rng: random.Random, seen: set[str]) -> str:
    while True:
        text = language.message(domain, intent, rng)
        name = language.normalised(text)
        if name not in seen and not language.for_pretraining(text):
            seen.add(name)
            return text


def _messages(
    domain: Domain, rows: tuple[Row, ...], train: int, key: CellKey
) -> tuple[Message, ...]:
    rng = random.Random(f"tagger/{key.domain}/{key.data_seed}/{key.size}")
    intended = taxonomy.tagger_map(domain)
    return tuple(
        Message(
            text=row.text,
            thread=row.thread,
            split="train" if place < train else "dev",
            intent=row.intent,
            tagger=taxonomy.tag(intended[row.intent], len(domain.intents), rng),
            older=rng.random() < OLDER_SHARE,
        )
        for place, row in enumerate(rows)
    )


def _twins(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """For each dev row the training row, not taken yet, whose text is nearest in length."""
    free = sorted(
        (written_length(row.text), place, row)
        for place, row in enumerate(messages)
        if row.split == "train"
    )
    twins = []
    for row in messages:
        if row.split == "dev":
            wanted = written_length(row.text)
            nearest = min(range(len(free)), key=lambda place: abs(free[place][0] - wanted))
            twins.append(free.pop(nearest)[2])
    return tuple(twins)


def written_length(text: str) -> int:
    """Characters of a text in a CSV file, where a comma or a quote costs quotes."""
    return len(text) + (2 + text.count('"') if "," in text or '"' in text else 0)
