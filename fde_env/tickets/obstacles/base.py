"""What an obstacle is: a reason why a ticket cannot be delivered, told in the order form.

Two obstacles, budget and deadline, are figures and have no words (`fde_env.tickets.terms`).
Each of the others owns one clause of the order form, which every ticket carries: it tells of
the obstacle, or of its harmless twin in exactly as many characters.
"""

from __future__ import annotations

from dataclasses import dataclass

from fde_env.contract.submissions.intake import RefusalReason
from fde_env.tickets.wording import Wording


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A reason to refuse, and its clause in the order form under a plain title."""

    name: RefusalReason
    title: str
    clause: Wording[str]
