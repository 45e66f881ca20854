"""Raw annotations of an old auto-tagger beside adjudicated ones: misread, nothing is learned."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.traps.base import Note, Trap

TRAP: Final = Trap(
    name="noise",
    slot="annotations",
    hazard=Note(
        dictionary=(
            "labels_{bad}.csv is the first pass: the code that the old tagging service put on"
            " each message on arrival. labels_{good}.csv is the code once two clerks had"
            " both reviewed the message and settled it between themselves."
        ),
        mail=(
            "You get two annotation files for the same messages. They did not come about in"
            " the same way, and the dictionary tells how each was made; please check."
        ),
    ),
    quiet=Note(
        dictionary=(
            "labels_{bad}.csv is the auditors' copy: the code after two clerks had reviewed"
            " the message and settled it, exported again. labels_{good}.csv is the working"
            " file with the same codes, as the clerks themselves saved it."
        ),
        mail=(
            "You get two annotation files for the same messages. One was asked for by the"
            " auditing staff, and the dictionary tells how each was made; please check."
        ),
    ),
    if_misread="tbdl",
)
