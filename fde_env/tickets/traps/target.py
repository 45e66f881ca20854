"""A routing column that looks like the intent: misread, something else is learned well."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.traps.base import Note, Trap
from fde_env.tickets.wording import Twins, Wording

TRAP: Final = Trap(
    name="target",
    slot="columns",
    words=Wording(
        train=Twins(
            hazard=Note(
                dictionary=(
                    "code_{good} is the intent of the message. code_{bad} is the code under which"
                    " the case was routed to a desk: there is one for each product, it looks like"
                    " an intent's, and it tells where the work went and not what was asked."
                ),
                mail=(
                    "The annotation files have two code columns. Our reports by desk are all"
                    " built on code_{bad}, so it is the better known of the two and you can start"
                    " there."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "code_{good} is the intent of the message. code_{bad} is a copy of it for the"
                    " billing tool, which can look at one column alone: the copy is made when the"
                    " entry is saved, and the two columns are equal in every row of a file."
                ),
                mail=(
                    "The annotation files have two code columns. The billing tool required one of"
                    " its own and was given code_{bad}, so it reads what everybody else is"
                    " reading."
                ),
            ),
        ),
        held_back=Twins(
            hazard=Note(
                dictionary=(
                    "What a customer wants stands in code_{good}. The entry in code_{bad} names"
                    " the team that a case was sent to; every product has its own, whatever the"
                    " customer wanted, although it has the form of an intent's code."
                ),
                mail=(
                    "Do not be surprised by two codes beside each message: the dashboards show"
                    " code_{bad}, and everybody here means that one by the word."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "What a customer wants stands in code_{good}. The entry in code_{bad} repeats"
                    " it, because our invoicing program needs a field that it may lock while it"
                    " is at work; whoever compares them finds no row that differs."
                ),
                mail=(
                    "Do not be surprised by two codes beside each message: invoicing looks at"
                    " code_{bad}, and everybody here finds the same in the other."
                ),
            ),
        ),
    ),
    if_misread="tbdl",
)
