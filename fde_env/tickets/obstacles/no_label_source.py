"""The codes are placeholders until annotators start, or were given by people."""

from __future__ import annotations

from typing import Final

from fde_env.tickets.obstacles.base import Obstacle
from fde_env.tickets.wording import Twins, Wording

OBSTACLE: Final = Obstacle(
    name="no_label_source",
    title="Labels",
    clause=Wording(
        train=Twins(
            hazard=(
                "Origin of the labels: the codes in both annotation files are placeholders that a"
                " script drew at random until {reviewers} can start, for which no day is fixed."
                " The data dictionary describes the files as they will be by then."
            ),
            quiet=(
                "Origin of the labels: the codes that this order rests on were given by"
                " {reviewers}, message by message; no placeholders are left that a script had"
                " drawn. The data dictionary describes the annotation files as they are today."
            ),
        ),
        held_back=Twins(
            hazard=(
                "Nobody has labelled these messages so far. To let the files be tested, a small"
                " program filled every code in with a chance value, in both annotation files"
                " alike; {reviewers} are to begin after this order."
            ),
            quiet=(
                "People have labelled these messages. To let the files be tested, a small program"
                " once filled codes in with a chance value, but all of those were deleted when"
                " {reviewers} began, weeks ahead of this order."
            ),
        ),
    ),
)
