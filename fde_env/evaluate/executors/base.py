"""What an executor is, and the bag of units that it takes from."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Protocol

from fde_env.evaluate.plan import Unit
from fde_env.evaluate.work import Context, Done


class Permits(Protocol):
    """Says what may be begun."""

    def may_start(self, unit: Unit) -> bool:
        """Whether a unit can be begun now; if so it counts as under way."""
        ...

    def give_back(self, unit: Unit) -> None:
        """A unit was cut off before it ended and waits again."""
        ...


class Bag:
    """Units that wait. Whoever takes from it gets units of one ticket as long as there are any.

    Args:
        units: in the order in which groups are begun.
        permits: asked before a unit is handed out; what is not permitted now stays in the bag.
    """

    def __init__(self, units: Sequence[Unit], permits: Permits) -> None:
        self._groups: dict[str, list[Unit]] = {}
        for unit in units:
            self._groups.setdefault(unit.group, []).append(unit)
        self._permits = permits
        self._at: dict[Hashable, str] = {}

    def take(self, owner: Hashable) -> Unit | None:
        """The next unit for `owner`; None when there is none, or none may be begun now."""
        for group in self._in_turn(owner):
            for unit in self._groups[group]:
                if self._permits.may_start(unit):
                    self._at[owner] = group
                    self._groups[group].remove(unit)
                    if not self._groups[group]:
                        del self._groups[group]
                    return unit
        return None

    def put_back(self, unit: Unit) -> None:
        """Return a unit whose worker died."""
        self._permits.give_back(unit)
        self._groups.setdefault(unit.group, []).insert(0, unit)

    def __len__(self) -> int:
        """Units that wait."""
        return sum(len(units) for units in self._groups.values())

    def _in_turn(self, owner: Hashable) -> list[str]:
        """Groups as `owner` should try them: its own, those that nobody is at, the rest."""
        mine, taken = self._at.get(owner), set(self._at.values())
        return sorted(self._groups, key=lambda group: 0 if group == mine else 1 + (group in taken))


class Executor(Protocol):
    """Plays units; the order in which they are done is its own affair."""

    def run(self, context: Context, bag: Bag) -> Iterator[Done]:
        """Each unit of the bag as soon as it has been played.

        Ends when nothing is under way and the bag hands out nothing more. Closing the iterator
        stops what is under way.
        """
        ...
