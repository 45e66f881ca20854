"""`FDE-v0` on given tickets, where a handling that nobody recorded ends the delivery."""

from __future__ import annotations

from typing import Any

from fde_env.env import FDEDeliveryEnv
from fde_env.errors import ReplayMiss, UsageError
from fde_env.observation import Observation
from fde_env.tickets.generator import Prepared


class ReplayedEnv(FDEDeliveryEnv):
    """The environment on the ticket that it is given before each reset.

    A learner tries handlings that no certified ticket leads to, and some were never trained. Such
    a run is neither scored nor raised: the delivery ends as truncated, with what its stages so far
    have earned. That is a lower bound of what the handling would have earned.

    Attributes:
        given: the ticket of the next episode.
        unrecorded: the present episode ended because its run was not recorded.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.given: Prepared | None = None
        self.unrecorded = False

    def _draw(self) -> Prepared:
        if self.given is None:
            raise UsageError("no ticket was given")
        self.unrecorded = False
        return self.given

    def _take(self, action: Any) -> Observation:
        turns = self._playing()
        try:
            return super()._take(action)
        except ReplayMiss:
            assert self._observation is not None
            self._turns, self.unrecorded = turns, True
            turns.episode.truncate()
            return self._observation
