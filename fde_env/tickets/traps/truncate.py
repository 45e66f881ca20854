"""Long quoted threads before the message: misread, rows lose their label tokens."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.traps.base import Note, Trap
from fde_env.tickets.wording import Twins, Wording

TRAP: Final = Trap(
    name="truncate",
    slot="threads",
    words=Wording(
        train=Twins(
            hazard=Note(
                dictionary=(
                    "thread holds what was quoted before the message; where it is long and put in"
                    " front, it pushes the message and its label out of the window of the job."
                    " Our {software} sends the last message alone to the model."
                ),
                mail=(
                    "We recommend giving the model the whole thread and not just the message: the"
                    " more it sees of a case, the better it should know what the customer is"
                    " after."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "thread holds what was quoted before the message; it was put in front for the"
                    " auditors, who want to follow a case from its first line to its last one."
                    " Our {software} sends the last message alone to the model."
                ),
                mail=(
                    "We have exported the whole thread and not just the message: the auditors"
                    " asked for it, because they like to see for themselves what the customer is"
                    " after."
                ),
            ),
        ),
        held_back=Twins(
            hazard=Note(
                dictionary=(
                    "The column thread can run to many times the length of a message. Set before"
                    " it, the quotation uses up the room of a training row, and the text and the"
                    " intent are cut off; our {software} itself passes on the newest message"
                    " only."
                ),
                mail=(
                    "Context is everything in our trade, so please let the model read the quoted"
                    " conversation in full; a message on its own is often hard to understand."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "The column thread can be read beside a message by whoever wants to know what"
                    " came earlier, as the audit does. It forms no part of the text whose intent"
                    " you are asked for; our {software} itself passes on the newest message only."
                ),
                mail=(
                    "Context is everything to an audit, so the files have the quoted conversation"
                    " in full; a message on its own was not enough for the people in charge."
                ),
            ),
        ),
    ),
    if_misread="benign",
)
