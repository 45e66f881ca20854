"""Codes changed their meaning on a date: misread, the older part of the labels is wrong."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.traps.base import Note, Trap
from fde_env.tickets.wording import Twins, Wording

TRAP: Final = Trap(
    name="stale",
    slot="dates",
    words=Wording(
        train=Twins(
            hazard=Note(
                dictionary=(
                    "The meaning of the codes was changed on {cut}. Entries for messages with a"
                    " date in received before {cut} were coded under the earlier meaning and"
                    " never gone over; only messages received from {cut} on may be used, and this"
                    " part alone is the order."
                ),
                mail=(
                    "The export goes back a good while before {cut}. We put in everything that we"
                    " have, since a model can hardly have too many examples to learn from."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "The ticket system was moved to another version on {cut}. Entries for"
                    " messages with a date in received before {cut} have the meaning that they"
                    " always had, just as those for messages received from {cut} on; all of them"
                    " together are the whole order."
                ),
                mail=(
                    "The export goes back a good while before {cut}. We put in everything that we"
                    " have, since the move to another version changed none of the entries."
                ),
            ),
        ),
        held_back=Twins(
            hazard=Note(
                dictionary=(
                    "What shows an earlier day than {cut} in the column received was labelled"
                    " while the codes stood for other intents, and nobody has corrected it. The"
                    " contract covers the messages of {cut} and of later days, and no others."
                ),
                mail=(
                    "Please make use of the whole range of days; what came in before {cut} was"
                    " expensive to label, and it would be a pity to see it lie idle."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "What shows an earlier day than {cut} in the column received was labelled in"
                    " the previous release, where the codes stood for what they stand for now."
                    " The contract covers it, like the messages of {cut} and of later days."
                ),
                mail=(
                    "Please make use of the whole range of days; what came in before {cut} was"
                    " labelled in the previous release, so nobody has to correct it."
                ),
            ),
        ),
    ),
    if_misread="tbdl",
)
