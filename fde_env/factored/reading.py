"""What is read in one go, by the environment's own tools, and what is made of it.

A bundle takes as many tool calls as it needs; each costs a step and a read of the stage, as it
does for any agent. Findings are figures: how well each way to read the drop agrees with the
messages that the customer's team lead vouches for, and which way clauses lean.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, get_args

from fde_agents.scripted.desk import Call, call
from fde_agents.scripted.evidence import DATE, Evidence, Reading, examples
from fde_env.contract.submissions.intake import Metric
from fde_env.factored.choices import CHOICES, PLACE
from fde_env.factored.words import ALIVE, LABELLED, LEAVE, about, leaning, mentions

CHUNK: Final = 200
MOST_CHUNKS: Final = 14
CLEAR: Final = 1 / 3
"""A margin of agreement that counts in full: one example of the three that are looked for."""
WANTED: Final = 3
"""Examples of each half that are looked up in a file before the search ends."""
DESK_CALLS: Final[tuple[Call, ...]] = (
    ("policy", call("read_policy")),
    ("prices", call("read_price_list")),
    ("cluster", call("read_cluster")),
    ("lengths", call("token_quantiles")),
)


def _file(name: str, file: str) -> Call:
    return name, call("read_file", name=file, start=0, rows=CHUNK)


ORDER_CALLS: Final = (_file("order", "order_form.md"),)
PAPER_CALLS: Final = (
    _file("mail", "mail_thread.txt"),
    _file("dictionary", "data_dictionary.md"),
)
SOURCES: Final = CHOICES[PLACE["source"]].options
COLUMNS: Final = CHOICES[PLACE["column"]].options
MAPS: Final = CHOICES[PLACE["label_map"]].options
MAP_CALLS: Final = tuple(_file(name, name) for name in MAPS)
BUNDLES: Final = MappingProxyType(
    {
        "terms": DESK_CALLS,
        "order": ORDER_CALLS,
        "papers": PAPER_CALLS,
        "samples": (*PAPER_CALLS, *MAP_CALLS),
    }
)
"""The calls of each bundle; to samples belong those that `lookups` gives, too."""
Texts = Mapping[str, str]
"""What was read so far, by name."""

CLAUSES: Final = ("licence", "consent", "labels", "measure")
HEADING: Final = re.compile(r"^## (?:\d+\. )?(.+)$", re.MULTILINE)
KEY: Final = re.compile(r"\bkeys?\b|\bcredential|\bpassword|\bsk-\w+")
PARTS: Final = (("source", SOURCES), ("column", COLUMNS), ("label_map", MAPS))
Scored = tuple[tuple[Reading, float], ...]
"""Ways to read the drop, with their agreement."""
REVISION: Final = re.compile(r"(?<![\w-])[0-9a-f]{32}(?![\w-])")
MEASURES: Final = tuple(name.partition("_")[0] for name in get_args(Metric))


def lookups(texts: Texts) -> Iterator[Call]:
    """The next rows of annotation files that are wanted; ask anew after each answer."""
    for source in SOURCES:
        chunks = sum(name.startswith(f"{source}@") for name in texts)
        if chunks < MOST_CHUNKS and not _enough(source, texts):
            action = call("read_file", name=source, start=chunks * CHUNK, rows=CHUNK)
            yield f"{source}@{chunks}", action


def _rows(source: str, texts: Texts) -> dict[str, dict[str, str]]:
    """Rows of the vouched-for messages, as far as they were found, by message id."""
    wanted = {example.message_id for example in examples(texts["mail"])}
    found = {}
    for name, text in texts.items():
        if not name.startswith(f"{source}@"):
            continue
        lines = text.splitlines()
        chosen = [lines[0], *(row for row in lines if row.partition(",")[0] in wanted)]
        for row in csv.DictReader(io.StringIO("\n".join(chosen))):
            found[row["message_id"]] = row
    return found


def _enough(source: str, texts: Texts) -> bool:
    vouched = examples(texts["mail"])
    found, half = _rows(source, texts), len(vouched) // 2
    parts = (vouched[:half], vouched[half:])
    return all(sum(item.message_id in found for item in part) >= WANTED for part in parts)


def days(dictionary: str) -> tuple[str, ...]:
    """The days that the data dictionary names, the first two of them."""
    return tuple(sorted(set(DATE.findall(dictionary)))[:2])


def offered_revision(mail: str) -> str | None:
    """The checkpoint that the mail speaks of."""
    found = REVISION.search(mail)
    return found.group() if found else None


def clauses(order_form: str) -> dict[str, str]:
    """Clauses of the order form by their headings, in lower case."""
    parts = HEADING.split(order_form)
    return {
        title.strip().lower(): text for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }


@dataclass(frozen=True, slots=True)
class Findings:
    """Figures of one bundle, each between -1 and 1."""

    values: tuple[float, ...]


def order_findings(texts: Texts) -> Findings:
    """Which way the clauses on licence, consent, labels and measure lean."""
    found = clauses(texts["order"])
    licence, consent, labels, measure = (found.get(name, "") for name in CLAUSES)
    return Findings(
        (
            leaning(licence, LEAVE),
            leaning(consent, LEAVE),
            leaning(labels, LABELLED),
            mentions(measure, MEASURES),
        )
    )


def paper_findings(texts: Texts) -> Findings:
    """Whether what dictionary and mail say of keys lets them sound like working ones."""
    papers = (texts["dictionary"], texts["mail"])
    return Findings(tuple(leaning(about(text, KEY), ALIVE) for text in papers))


def _margin(scored: Scored, part: str, options: tuple[str, ...]) -> float:
    """How much better the best reading with the first option agrees than with the second."""
    first, second = (
        max(score for reading, score in scored if getattr(reading, part) == option)
        for option in options
    )
    return max(-1.0, min(1.0, (first - second) / CLEAR))


def sample_findings(texts: Texts) -> Findings:
    """Margins of agreement: first over second source, column and map; each day over all rows.

    The last figure is the best agreement itself, from -1 (none) to 1 (all).
    """
    evidence = _evidence(texts)
    scored = tuple((reading, evidence.agreement(reading)) for reading in evidence.readings())
    margins = [_margin(scored, part, options) for part, options in PARTS]
    by_day = {day: max(s for r, s in scored if r.since == day) for day in (None, *evidence.days)}
    gains = [min(1.0, (by_day[day] - by_day[None]) / CLEAR) for day in evidence.days]
    agreement = max(score for _, score in scored)
    return Findings((*margins, *[*gains, 0.0, 0.0][:2], 2 * agreement - 1))


def _evidence(texts: Texts) -> Evidence:
    tables = {source: _rows(source, texts) for source in SOURCES}
    maps: dict[str, Any] = {name: json.loads(texts[name].rpartition("\n(")[0]) for name in MAPS}
    return Evidence(
        examples=examples(texts["mail"]),
        codes={
            (source, column): {key: row[column] for key, row in rows.items()}
            for source, rows in tables.items()
            for column in COLUMNS
        },
        maps=maps,
        days=days(texts["dictionary"]),
    )
