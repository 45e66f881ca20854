"""Raw annotations of an old auto-tagger beside adjudicated ones: misread, nothing is learned."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.traps.base import Note, Trap
from fde_env.tickets.wording import Twins, Wording

TRAP: Final = Trap(
    name="noise",
    slot="annotations",
    words=Wording(
        train=Twins(
            hazard=Note(
                dictionary=(
                    "labels_{bad}.csv is the first pass: the code that a tagging service, since"
                    " switched off, put on each message as it came in. labels_{good}.csv is the"
                    " code on which two {reviewers} settled after both had read the message."
                ),
                mail=(
                    "There are two annotation files for the same messages. labels_{bad}.csv was"
                    " complete first and has been with us for longest, so most people here reach"
                    " for it."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "labels_{bad}.csv is the auditors' copy: the code of each message, taken over"
                    " for them, entry by entry, from the other file. labels_{good}.csv is the"
                    " code on which two {reviewers} settled after both had read the message."
                ),
                mail=(
                    "There are two annotation files for the same messages. labels_{bad}.csv was"
                    " made for the auditors and has been read by them alone, so few people ever"
                    " open it."
                ),
            ),
        ),
        held_back=Twins(
            hazard=Note(
                dictionary=(
                    "Every message has been coded twice. A program guessed what is in"
                    " labels_{bad}.csv when the message arrived; what is in labels_{good}.csv was"
                    " agreed between two {reviewers} who compared their opinions."
                ),
                mail=(
                    "As to the annotations, please just pick a file. labels_{bad}.csv fills the"
                    " same columns as its counterpart and was ready much sooner, which is why our"
                    " reports use it."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "Every message has been coded once. Two {reviewers} who compared their"
                    " opinions agreed on what is in labels_{good}.csv; what is in"
                    " labels_{bad}.csv was copied out of it when the audit asked for a file."
                ),
                mail=(
                    "As to the annotations, please just pick a file. labels_{bad}.csv fills the"
                    " same columns as its counterpart and holds the same entries, and the audit"
                    " has a copy of it."
                ),
            ),
        ),
    ),
    if_misread="tbdl",
)
