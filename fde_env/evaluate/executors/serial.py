"""One unit after another, in this process."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.evaluate.executors.base import Bag, Tries
from fde_env.evaluate.work import Context, Done, perform


class SerialExecutor:
    """For debugging, and for agents that cannot leave their process."""

    def run(self, context: Context, bag: Bag) -> Iterator[Done]:
        """Each unit as it has been played."""
        tries = Tries(context)
        while (unit := bag.take("here")) is not None:
            yield perform(context, tries.begin(unit))
