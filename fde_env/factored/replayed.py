"""`FDE-v0` on tickets that it is given, where a handling that nobody recorded ends the delivery."""

from __future__ import annotations

from typing import Any

from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError
from fde_env.tickets.generator import Prepared


class ReplayedEnv(FDEDeliveryEnv):
    """The environment on the ticket that it is given before each reset.

    A learner tries handlings that no certified ticket leads to, and some were never trained; so
    `unrecorded` is "end" here.

    Attributes:
        given: the ticket of the next episode.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"execution": "replay", "unrecorded": "end"} | options)
        self.given: Prepared | None = None

    def _draw(self) -> Prepared:
        if self.given is None:
            raise UsageError("no ticket was given")
        return self.given
