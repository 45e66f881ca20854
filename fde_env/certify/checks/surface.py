"""Nothing but words tells a ticket from its twin that hides nothing: names, order, sizes."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case
from fde_env.contract.ticket import Ticket
from fde_env.tickets.generator import prepare


def quiet_twin(ticket: Ticket) -> Ticket:
    """The ticket with the same surface seed that hides nothing."""
    quiet = {"traps": (), "infeasible": "none"}
    return prepare(ticket.spec.model_copy(update=quiet)).ticket


def check(case: Case) -> Iterator[str]:
    """Compare with the quiet twin."""
    ticket, twin = case.ticket, quiet_twin(case.ticket)
    if len(ticket.request) != len(twin.request):
        yield f"the request has {len(ticket.request)} characters, its twin {len(twin.request)}"
    names, quiet = ([item.name for item in one.files] for one in (ticket, twin))
    if names != quiet:
        yield f"its files are {', '.join(names)}, its twin's {', '.join(quiet)}"
        return
    for one, other in zip(ticket.files, twin.files, strict=True):
        size, wanted = len(one.text), len(other.text)
        if size != wanted:
            yield f"{one.name} has {size} characters, {wanted} in the twin that hides nothing"
        elif one.text.count("\n") != other.text.count("\n"):
            yield f"{one.name} has other lines than in the twin that hides nothing"
    for mail, other_mail in zip(ticket.inbox, twin.inbox, strict=True):
        if len(mail.text) != len(other_mail.text):
            yield f"the letter at {mail.occasion} has another length than its twin's"
