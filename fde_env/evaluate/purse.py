"""A ceiling on spending: no unit is begun that could break it, as far as costs are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from fde_env.delivery import AGENTS
from fde_env.evaluate.plan import Unit


class Purse:
    """Counts dollars spent and reserves, for each unit under way, what its agent's dearest cost.

    The first unit of an agent, whose price nobody knows yet, is played with nothing else under way.
    So the ceiling is overshot by one unit at most; a budget of the agent's own bounds that one.

    Args:
        ceiling: US dollars in all; None for no ceiling.
        noted: dollars noted so far, those of cut-off units among them.
    """

    def __init__(self, ceiling: float | None, noted: Callable[[], float]) -> None:
        self.ceiling, self._noted = ceiling, noted
        self.spent = noted()
        self._dearest = dict.fromkeys(AGENTS, 0.0)
        self._under_way: Counter[str] = Counter()
        self.stopped = False

    @property
    def left(self) -> float | None:
        """Dollars left; None without a ceiling."""
        return None if self.ceiling is None else max(0.0, self.ceiling - self.spent)

    def may_start(self, unit: Unit) -> bool:
        """Whether a unit can be begun now; if so it counts as under way."""
        agent = unit.episodes[0].agent
        if not self._affordable(agent):
            return False
        self._under_way[agent] += 1
        return True

    def give_back(self, unit: Unit) -> None:
        """A unit was cut off; what it has spent is known from the notes alone."""
        self._under_way[unit.episodes[0].agent] -= 1
        self.spent = self._noted()

    def settle(self, unit: Unit, dollars: float) -> None:
        """A unit has ended and cost `dollars`."""
        agent = unit.episodes[0].agent
        self._under_way[agent] -= 1
        self.spent += dollars
        self._dearest[agent] = max(dollars, self._dearest.get(agent, 0.0))

    def _affordable(self, agent: str) -> bool:
        if self.ceiling is None or self._dearest.get(agent) == 0:
            return True
        # Those under way that cost something, or may.
        busy = [
            name
            for name, count in self._under_way.items()
            if count > 0 and self._dearest.get(name) != 0
        ]
        if agent not in self._dearest or any(name not in self._dearest for name in busy):
            fits = self.spent < self.ceiling
            self.stopped |= not fits
            return fits and not busy
        reserved = sum(self._dearest[name] * self._under_way[name] for name in busy)
        fits = self.spent + reserved + self._dearest[agent] <= self.ceiling
        self.stopped |= not fits and not busy
        return fits
