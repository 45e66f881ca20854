"""What an executor is, and the bag of units that it takes from."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from fde_env.errors import InfrastructureError
from fde_env.evaluate.attempt import Attempt
from fde_env.evaluate.plan import Unit
from fde_env.evaluate.work import Context, Done, given_up


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


class Tries:
    """How often each unit was begun, and why its workers were lost."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._attempts: dict[str, Attempt] = {}
        self._lost: dict[str, tuple[str, ...]] = {}

    def begin(self, unit: Unit) -> Attempt:
        """The try of `unit` that begins now."""
        return self._attempts.setdefault(unit.unit_id, Attempt(unit, time.time()))

    def lost(self, unit: Unit, error: InfrastructureError) -> Done | None:
        """A worker was lost. None: try the unit again; one that loses every worker is given up."""
        attempt, why = self._attempts[unit.unit_id], self._lost.get(unit.unit_id, ())
        self._lost[unit.unit_id] = (*why, str(error))
        self._attempts[unit.unit_id] = attempt.next
        if len(why) < self._context.retries:
            return None
        attempt.clear()
        # `ended` adds the tries.
        return given_up(self._context, unit, error, ())

    def ended(self, done: Done) -> Done:
        """`done` with the tries that were lost before it."""
        lost = self._lost.get(done.unit.unit_id, ())
        return replace(done, tries=(*lost, *done.tries)) if lost else done


class Executor(Protocol):
    """Plays units; the order in which they are done is its own affair."""

    def run(self, context: Context, bag: Bag) -> Iterator[Done]:
        """Each unit of the bag as soon as it has been played.

        Ends when nothing is under way and the bag hands out nothing more. Closing the iterator
        stops what is under way.
        """
        ...
