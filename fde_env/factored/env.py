"""`FDEFactoredEnv`: the choices of a delivery as `MultiDiscrete`, what was seen as `Box`.

Every action is played on `FDE-v0` itself: reads by its tools and within its budgets, submissions
as any agent sends them, rewards from the oracle alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from fde_env.contract.ticket import TicketSpec, TicketSplit
from fde_env.errors import UsageError
from fde_env.factored.choices import READS, SIZES, Chosen
from fde_env.factored.features import NAMES, Vector
from fde_env.factored.masks import Situation, allowed, flat
from fde_env.factored.pool import Pool
from fde_env.factored.replayed import ReplayedEnv
from fde_env.factored.sitting import Sitting

WITHOUT_TOOLS: Final = ("terms",)
"""Bundles that open no file of the customer's."""
FIXED: Final = frozenset(
    ("trap", "infeasible", "domain", "base", "node", "size", "seed", "data_seed", "misread")
)


class FDEFactoredEnv(gymnasium.Env[Vector, NDArray[np.int64]]):
    """A delivery for agents that do not read: a few choices a stage, some figures to go by.

    Args:
        split: of the suite, where `tickets` names none.
        tickets: ids of the suite's tickets or specs to draw from at reset.
        tools: whether the customer's files may be read; without, they must be guessed at.
        reads: most bundles that may be read in an episode.
        render_mode: as `FDE-v0`.
        options: of `FDE-v0`, but for those that a ticket fixes. `execution` is "replay" here.

    Reading comes first: each action takes one bundle, until one goes over to the forms, and what
    was not read then stays unread. The action of all zeros is the configurator's habit. An option
    that its mask closes is taken as the habit, so any action can be sent. `info["ending"]` is
    "unrecorded" where the run that was asked for was never recorded; see `ReplayedEnv`.

    Raises:
        UsageError: an option or a ticket is unknown.
    """

    metadata: dict[str, Any] = ReplayedEnv.metadata

    def __init__(
        self,
        *,
        split: TicketSplit = "train",
        tickets: Sequence[str | TicketSpec] | None = None,
        tools: bool = True,
        reads: int = len(READS),
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        if strange := sorted(FIXED & options.keys()):
            raise UsageError(f"a ticket fixes {', '.join(strange)}; choose by split or tickets")
        self._inner = ReplayedEnv(render_mode=render_mode, **options, split=split)
        self.render_mode = render_mode
        played = self._inner.options.fixed_spec()
        self._pool = Pool.of(split, tickets, pressure=played.pressure, intensity=played.intensity)
        self._offered, self._most_reads = READS if tools else WITHOUT_TOOLS, reads
        self.observation_space = spaces.Box(-1.0, 1.0, (len(NAMES),), np.float32)
        self.action_space = spaces.MultiDiscrete(list(SIZES))
        self._sitting: Sitting | None = None

    # The Gymnasium interface

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Vector, dict[str, Any]]:
        """Start a delivery.

        Args:
            seed: seeds which ticket is drawn.
            options: `{"ticket": id}` takes that one.

        Returns:
            Observation and info.

        Raises:
            UsageError: an option or the ticket is unknown.
        """
        super().reset(seed=seed)
        wanted = dict(options or {})
        named = wanted.pop("ticket", None)
        if wanted:
            raise UsageError(f"unknown reset option {min(wanted)!r}; there is 'ticket'")
        entry = self._pool.draw(self.np_random) if named is None else self._pool.find(named)
        self._inner.given = entry.prepared
        shown, info = self._inner.reset(seed=seed)
        self._sitting = Sitting(self._inner, entry, shown, info)
        return self._sitting.vector(), self._sitting.info

    def step(
        self, action: NDArray[np.int64] | Sequence[int]
    ) -> tuple[Vector, float, bool, bool, dict[str, Any]]:
        """Read a bundle, go over to the forms, or submit the present stage.

        Returns:
            Observation, reward as in `FDE-v0`, terminated, truncated, and info.

        Raises:
            UsageError: called before `reset`.
            InfrastructureError: the platform failed; the episode has no score.
        """
        sitting = self._current()
        earned = sitting.step(
            Chosen.of([int(index) for index in action], allowed(self._situation()))
        )
        return (
            sitting.vector(),
            earned.reward,
            earned.terminated,
            earned.truncated,
            sitting.info,
        )

    def action_masks(self) -> NDArray[np.bool_]:
        """Open options, the choices one behind the other: shape (sum of `SIZES`,)."""
        return flat(self._situation())

    @property
    def ticket_ids(self) -> tuple[str, ...]:
        """Ids of the tickets that are drawn from."""
        return self._pool.ids

    @property
    def delivery(self) -> ReplayedEnv:
        """The `FDE-v0` that is played on; it holds the truth and is not for agents."""
        return self._inner

    def render(self) -> Any:
        """As `FDE-v0`."""
        return self._inner.render()

    def close(self) -> None:
        """Idempotent."""
        self._inner.close()

    def _current(self) -> Sitting:
        if self._sitting is None:
            raise UsageError("call reset() first")
        return self._sitting

    def _situation(self) -> Situation:
        return self._current().situation(self._offered, self._most_reads)
