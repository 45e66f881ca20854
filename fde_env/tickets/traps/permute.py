"""Two label maps, an outdated and a current one: misread, every label is wrong."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.traps.base import Note, Trap
from fde_env.tickets.wording import Twins, Wording

TRAP: Final = Trap(
    name="permute",
    slot="maps",
    words=Wording(
        train=Twins(
            hazard=Note(
                dictionary=(
                    "Codes were handed out anew on {changed}. label_map_{bad}.json is the table"
                    " from before that day and was kept for the archive; label_map_{good}.json is"
                    " the table that has been in force since."
                ),
                mail=(
                    "Both label maps are attached because the archive team asked for it. We"
                    " mostly opened label_map_{bad}.json when we had to look up a code, so you"
                    " may go by that one also."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "Codes were handed out once, on {changed}. label_map_{bad}.json is a second"
                    " export of the very same table and was made for the archive;"
                    " label_map_{good}.json is the first export of the table."
                ),
                mail=(
                    "Both label maps are attached because the archive team asked for it. We"
                    " mostly opened label_map_{bad}.json when we had to look up a code, and it"
                    " reads as the other does."
                ),
            ),
        ),
        held_back=Twins(
            hazard=Note(
                dictionary=(
                    "label_map_{bad}.json lists the coding that was given up on {changed}, when"
                    " each intent got another code. The coding that is valid today is the one of"
                    " label_map_{good}.json, no other."
                ),
                mail=(
                    "You will find two lists from code to intent. The shorter way is to take"
                    " label_map_{bad}.json, since all of our own scripts still point to it."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "label_map_{bad}.json was written on {changed}, once more from the same"
                    " coding as the other list. The coding that is valid today is therefore the"
                    " one of label_map_{good}.json as well."
                ),
                mail=(
                    "You will find two lists from code to intent. It does not matter that some of"
                    " our own scripts point to label_map_{bad}.json, since they agree."
                ),
            ),
        ),
    ),
    if_misread="tbdl",
)
