"""The served prompt differs from the former trainer's: misread, it learns in another format."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.traps.base import Note, Trap
from fde_env.tickets.wording import Twins, Wording

TRAP: Final = Trap(
    name="template",
    slot="format",
    words=Wording(
        train=Twins(
            hazard=Note(
                dictionary=(
                    "The former trainer laid its prompts out as support_form (`Form: ...`, then"
                    " `Topic of this case:`). This is not what is served: requests arrive in the"
                    " format that policy.json names (`Message: ...`, then `Intent:`)."
                ),
                mail=(
                    "Our former trainer had the layout support_form, and its output looked tidy"
                    " to us. You can take it over as it was and save yourself the work of a new"
                    " one."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "The former trainer laid its prompts out as intent_line (`Message: ...`, then"
                    " `Intent:`). This is also what is served: requests arrive in the format that"
                    " policy.json names. support_form (`Form: ...`) is not in use."
                ),
                mail=(
                    "Our former trainer had the layout intent_line, and its output looked tidy to"
                    " us. You can take it over as it was, because it is the layout that is"
                    " served."
                ),
            ),
        ),
        held_back=Twins(
            hazard=Note(
                dictionary=(
                    "When the model answers, its prompt is what policy.json prescribes: a line"
                    " `Message: ...` followed by `Intent:`. The last project trained on `Form:"
                    " ...` and `Topic of this case:` (support_form), which the desks do not send."
                ),
                mail=(
                    "There is a ready-made layout from the last project, support_form, which our"
                    " vendor swore by; feel free to keep it for the training rows."
                ),
            ),
            quiet=Note(
                dictionary=(
                    "When the model answers, its prompt is what policy.json prescribes: a line"
                    " `Message: ...` followed by `Intent:`. The last project trained on these two"
                    " lines (intent_line), which the desks send; `Form: ...` is of no concern."
                ),
                mail=(
                    "There is a ready-made layout from the last project, intent_line, the very"
                    " one the desks use; feel free to keep it for the training rows."
                ),
            ),
        ),
    ),
    if_misread="benign",
)
