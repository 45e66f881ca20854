"""The prose of a drop: the request, the mail thread, the data dictionary, the order form.

All documents have the same parts in the same order whatever the ticket hides; only the words
of a hazard's slot differ (`fde_env.tickets.traps`, `fde_env.tickets.obstacles`), and there only
the words, never their number of characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from fde_env.contract.policy import Region
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import TicketSplit, TrapName
from fde_env.tickets.domain import People
from fde_env.tickets.obstacles import OBSTACLES
from fde_env.tickets.surface import Example
from fde_env.tickets.traps import TRAPS, Slot

AMOUNT_WIDTH = 9
PLACE: Final = MappingProxyType[TicketSplit, str](
    {
        "train": (
            "Place of work: our data may be worked on in the region {region}, on machines that"
            " stand there. This order gives leave for no other region."
        ),
        "held_back": (
            "What we send you stays within {region} while you work on it; cluster.json tells which"
            " machines are found in that region. Nothing beyond it has been agreed."
        ),
    }
)
"""The order form's clause on where the data may be worked on. It hides nothing and has no twin."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the documents are filled in with."""

    company: str
    service: str
    people: People
    nominal_base: str
    intents: int
    asked: str
    budget_usd: float
    deadline_hours: float
    region: Region
    examples: tuple[Example, ...]
    files: Mapping[str, tuple[str, str]]
    """Suffixes of the right and the other twin: "maps", "annotations", "columns"."""
    changed: str
    cut: str
    credential: str
    revision: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a ticket hides, and whose words it is told in."""

    traps: frozenset[TrapName]
    infeasible: RefusalReason
    split: TicketSplit


def slot_names(head: Letterhead, slot: Slot | Literal["order"]) -> dict[str, str]:
    """Placeholders of a slot's words."""
    good, bad = head.files.get(slot, ("", ""))
    return {
        "good": good,
        "bad": bad,
        "changed": head.changed,
        "cut": head.cut,
        "asked": head.asked,
        "reviewers": head.people.reviewers,
        "software": head.people.software,
        "key": head.credential,
        "revision": head.revision,
        "nominal_base": head.nominal_base,
    }


def _slots(
    head: Letterhead, hidden: Hidden, part: Literal["dictionary", "mail"]
) -> dict[Slot, str]:
    texts: dict[Slot, str] = {}
    for trap in TRAPS.values():
        note = trap.words.of(hidden.split).pick(present=trap.name in hidden.traps)
        words = note.dictionary if part == "dictionary" else note.mail
        texts[trap.slot] = words.format(**slot_names(head, trap.slot))
    return texts


def request_text(head: Letterhead) -> str:
    """The ticket as the customer filed it."""
    return (
        f"Customer: {head.company} ({head.service})\n"
        f"Asked on: {head.asked}\n"
        f"Wanted: a fine-tuned {head.nominal_base} that assigns one of {head.intents} intents "
        "to a customer's message, better than the base does today.\n"
        "Judged by: the measure in order_form.md, on messages that we keep to ourselves.\n"
        f"Budget:   {head.budget_usd:>{AMOUNT_WIDTH}.2f} USD.\n"
        f"Deadline: {head.deadline_hours:>{AMOUNT_WIDTH}.2f} hours of training from the start "
        "of the job.\n"
        "Data: see the files of this drop; mail_thread.txt and data_dictionary.md explain them, "
        "order_form.md says what was agreed.\n"
        f"The delivered model answers in our {head.people.software}, one message at a time.\n"
    )


def mail_text(head: Letterhead, hidden: Hidden) -> str:
    """The mail thread, newest last. Senders are departments, not persons."""
    slots, people = _slots(head, hidden, "mail"), head.people
    examples = "\n".join(
        f"  {example.message_id} (received {example.received}): {example.intent}"
        for example in head.examples
    )
    return (
        f"From: {people.support}, {head.company}\nDate: {head.asked}\n"
        "Subject: Fine-tuning of the intent model\n\n"
        "Hello, as discussed we would like to have the intent model tuned on our own messages. "
        f"The export is attached. {people.background}\n{slots['threads']}\n\n"
        f"From: {people.data}, {head.company}\nDate: {head.asked}\n\n"
        f"{slots['maps']}\n{slots['annotations']}\n{slots['columns']}\n{slots['dates']}\n\n"
        f"From: {people.learning}, {head.company}\nDate: {head.asked}\n\n"
        f"{slots['loss']}\n{slots['format']}\n{slots['splits']}\n{slots['lineage']}\n\n"
        f"From: {people.support}, {head.company}\nDate: {head.asked}\n\n"
        "So that there is no doubt about what we mean by an intent, our team lead went through "
        f"these messages by hand this week:\n{examples}\n"
    )


def dictionary_text(head: Letterhead, hidden: Hidden) -> str:
    """The data dictionary with its footnotes."""
    slots = _slots(head, hidden, "dictionary")
    return (
        f"# Data dictionary, {head.service}\n\n"
        "## messages.csv\n"
        "message_id: unique. case_id: the case the message belongs to; several messages share "
        "one. received: date. channel: app, web or mail. split: train (to learn from) or dev "
        "(to look at while training). thread: what was quoted before the message. text: the "
        "message itself, as the model will see it.\n"
        f"{slots['threads']}\n{slots['splits']}\n{slots['dates']}\n\n"
        "## labels_1.csv, labels_2.csv\n"
        "message_id: joins messages.csv. code_1, code_2: codes that stand in the label maps. "
        "desk: where the case was closed, which may be anywhere. saved: date of the entry.\n"
        f"{slots['columns']}\n{slots['annotations']}\n\n"
        "## label_map_1.json, label_map_2.json\n"
        f"From code to intent. {slots['maps']}\n\n"
        "## Use of the data\n"
        f"{slots['loss']}\n{slots['format']}\n{slots['lineage']}\n\n"
        "## policy.json, price_list.json, cluster.json\n"
        "The operator's rules, prices and machines. The model is served with the prompt format "
        "that policy.json names.\n"
    )


def order_text(head: Letterhead, hidden: Hidden) -> str:
    """The order form: licence, consent, annotations, measure, place of work."""
    names = slot_names(head, "order")
    clauses = "".join(
        f"\n## {number}. {obstacle.title}\n"
        + obstacle.clause.of(hidden.split).pick(present=hidden.infeasible == name).format(**names)
        + "\n"
        for number, (name, obstacle) in enumerate(OBSTACLES.items(), start=1)
    )
    place = PLACE[hidden.split].format(region=head.region)
    last = f"\n## {len(OBSTACLES) + 1}. Region\n{place}\n"
    return f"# Order form, {head.company}\n\nSigned on {head.asked}.\n{clauses}{last}"
