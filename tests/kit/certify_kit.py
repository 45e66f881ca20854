"""Tickets for certification: real ones of the recorded smoke cell, and ones with a planted flaw."""

from __future__ import annotations

from typing import Any

import numpy as np
from delivery_kit import SMOKE, STORE

from fde_env.certify.case import Case
from fde_env.certify.checks import CHECKS
from fde_env.contract.ticket import DropFile, Ticket
from fde_env.options import Options
from fde_env.runs.store import Store
from fde_env.tickets.drop import Drop
from fde_env.tickets.generator import Prepared, prepare


def ticket(**options: Any) -> Ticket:
    """A generated ticket of the recorded cell."""
    chosen = Options.parse({**SMOKE, **options})
    return prepare(chosen.ticket_spec(np.random.default_rng(0))).ticket


def case_of(made: Ticket) -> Case:
    return Case(Prepared(ticket=made, drop=Drop(made)), Store(STORE))


def case(**options: Any) -> Case:
    return case_of(ticket(**options))


def with_truth(made: Ticket, **changes: Any) -> Case:
    """The ticket with another truth."""
    truth = made.truth.model_copy(update=changes)
    return case_of(made.model_copy(update={"truth": truth}))


def with_file(made: Ticket, name: str, **replaced: str) -> Case:
    """The ticket with words of one file replaced: old to new, or `append`."""
    files = tuple(
        DropFile(name=name, text=_edited(item.text, replaced)) if item.name == name else item
        for item in made.files
    )
    return case_of(made.model_copy(update={"files": files}))


def _edited(text: str, replaced: dict[str, str]) -> str:
    append = replaced.get("append", "")
    old, new = replaced.get("old", ""), replaced.get("new", "")
    assert not old or old in text
    return (text.replace(old, new) if old else text) + append


def failed(found: Case) -> dict[str, list[str]]:
    """Checks that the ticket fails, and why."""
    reasons = {name: list(check(found)) for name, check in CHECKS.items()}
    return {name: why for name, why in reasons.items() if why}
