"""The prose of a drop: the request, the mail thread and the data dictionary.

All documents have the same parts in the same order whatever the ticket hides; only the
words of a trap's slot differ (`fde_env.tickets.traps`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fde_env.tickets.traps import TRAPS, Slot


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the documents are filled in with."""

    company: str
    service: str
    nominal_base: str
    intents: int
    maps: tuple[str, str]
    annotations: tuple[str, str]
    changed: str
    asked: str
    budget_usd: float
    deadline_hours: float
    examples: tuple[tuple[str, str], ...]

    def slot_names(self, slot: Slot) -> Mapping[str, str]:
        """Placeholders of a slot's words."""
        good, bad = self.annotations if slot == "annotations" else self.maps
        return {"good": good, "bad": bad, "changed": self.changed, "asked": self.asked}


def _slots(head: Letterhead, present: frozenset[str], part: str) -> dict[Slot, str]:
    texts: dict[Slot, str] = {}
    for trap in TRAPS.values():
        note = trap.note(present=trap.name in present)
        words = note.dictionary if part == "dictionary" else note.mail
        texts[trap.slot] = words.format(**head.slot_names(trap.slot))
    return texts


def request_text(head: Letterhead) -> str:
    """The ticket as the customer filed it."""
    return (
        f"Customer: {head.company} ({head.service})\n"
        f"Asked on: {head.asked}\n"
        f"Wanted: a fine-tuned {head.nominal_base} that assigns one of {head.intents} intents "
        "to a customer's message, better than the base does today.\n"
        "Judged by: accuracy on messages that we keep to ourselves.\n"
        f"Budget: {head.budget_usd:.2f} USD. Deadline: {head.deadline_hours:.2f} hours of "
        "training from the start of the job.\n"
        "Data: see the files of this drop; mail_thread.txt and data_dictionary.md explain them.\n"
        "The delivered model answers in our desk software, one message at a time.\n"
    )


def mail_text(head: Letterhead, present: frozenset[str]) -> str:
    """The mail thread, newest last. Senders are roles, not people."""
    slots = _slots(head, present, "mail")
    examples = "\n".join(f"  {message}: {intent}" for message, intent in head.examples)
    return (
        f"From: Support operations, {head.company}\nDate: {head.asked}\n"
        "Subject: Fine-tuning of the intent model\n\n"
        "Hello, as discussed we would like to have the intent model tuned on our own messages. "
        "The export is attached. The intent of a message depends on the message itself; the "
        "quoted thread before it is not shown to the model in our desk software.\n\n"
        f"From: Data platform, {head.company}\nDate: {head.asked}\n\n"
        f"{slots['maps']}\n{slots['annotations']}\n\n"
        f"From: Machine learning, {head.company}\nDate: {head.asked}\n\n"
        f"{slots['loss']}\n\n"
        f"From: Support operations, {head.company}\nDate: {head.asked}\n\n"
        "So that there is no doubt about what we mean by an intent, our team lead went through "
        f"these messages by hand this week:\n{examples}\n"
    )


def dictionary_text(head: Letterhead, present: frozenset[str]) -> str:
    """The data dictionary with its footnotes."""
    slots = _slots(head, present, "dictionary")
    return (
        f"# Data dictionary, {head.service}\n\n"
        "## messages.csv\n"
        "message_id: unique. case_id: the case the message belongs to; several messages share "
        "one. received: date. channel: app, web or mail. split: train (to learn from) or dev "
        "(to look at while training). thread: what was quoted before the message. text: the "
        "message itself, as the model will see it.\n\n"
        "## labels_1.csv, labels_2.csv\n"
        "message_id: joins messages.csv. code: code of the intent. desk: where the case was "
        "closed; a case is often closed at a desk that has nothing to do with the intent. "
        f"saved: date of the entry. {slots['annotations']}\n\n"
        "## label_map_1.json, label_map_2.json\n"
        f"From code to intent. {slots['maps']}\n\n"
        "## Use of the data\n"
        f"{slots['loss']} Every annotated message of the train split is in scope of the "
        "contract; none may be left out.\n\n"
        "## policy.json, price_list.json, cluster.json\n"
        "The operator's rules, prices and machines. The model is served with the prompt format "
        "that policy.json names.\n"
    )
