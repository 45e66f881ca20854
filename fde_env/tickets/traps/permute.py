"""Two label maps, an outdated and a current one: misread, every label is wrong."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.traps.base import Note, Trap

TRAP: Final = Trap(
    name="permute",
    slot="maps",
    hazard=Note(
        dictionary=(
            "Codes were handed out anew on {changed}. label_map_{bad}.json was written before"
            " that date and is kept in the export for the archive. label_map_{good}.json was"
            " written after that. All annotation files carry the codes of today."
        ),
        mail=(
            "Both label maps are in the export because the archive team wanted the earlier"
            " one. The dictionary says which of them the current codes belong to."
        ),
    ),
    quiet=Note(
        dictionary=(
            "Codes were handed out once, on {changed}, and have not moved. label_map_{bad}.json"
            " is a second export of the same table for the archive. label_map_{good}.json is"
            " the table itself. All annotation files carry the codes of today."
        ),
        mail=(
            "Both label maps are in the export because the archive team wants its own copy."
            " The dictionary says how the two of them are related to each other."
        ),
    ),
    if_misread="tbdl",
)
