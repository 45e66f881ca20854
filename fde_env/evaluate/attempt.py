"""A unit that is tried again takes up what its earlier tries have finished.

A worker can be lost at any moment: out of memory, or its node taken away. What it had under way is
lost with it. A training run that it had completed is in the store, and the next try plays it back
instead of training it a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fde_env.evaluate.plan import Unit
from fde_env.runs.store import Store


@dataclass(frozen=True)
class Attempt:
    """One try of a unit.

    Attributes:
        unit: What is tried.
        begun: When it was first tried, in seconds since the epoch.
        number: From 0.
    """

    unit: Unit
    begun: float
    number: int = 0

    @property
    def next(self) -> Attempt:
        """The try after this one."""
        return replace(self, number=self.number + 1)

    def store(self, *, again: bool) -> Store:
        """The user's store as this try works with it; `again` within the same process."""
        since = self.begun if self.number or again else None
        return Store(since=since, desk=self._desk(self.number))

    def clear(self) -> None:
        """Remove working files of this try and of those before, which have ended."""
        for number in range(self.number + 1):
            Store().clear_desk(self._desk(number))

    def _desk(self, number: int) -> str:
        return f"{self.unit.unit_id}-{number}"
