"""Which trajectories are exported, and why the others are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fde_env.errors import UsageError
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.row import EpisodeRow
from fde_env.evaluate.trajectory import SUFFIX, Trajectory, read_row, read_trajectory

UNSCORED = "without a score"
HELD_BACK = "of held-back tickets"
NO_STEP = "without a step"


@dataclass(frozen=True)
class Choice:
    """What is asked for; empty means all.

    Attributes:
        agents: Names of agents.
        outcomes: Classes in which an episode may have ended.
        min_return: Lowest return, 0 to 1.
        held_back: Take held-back tickets too. Whoever trains on them can no longer be measured.
    """

    agents: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    min_return: float | None = None
    held_back: bool = False

    @classmethod
    def parse(
        cls,
        agents: list[str] | None,
        outcomes: list[str] | None,
        min_return: float | None,
        *,
        held_back: bool,
    ) -> Choice:
        """A choice from flags.

        Raises:
            UsageError: there is no such outcome.
        """
        known = [outcome.value for outcome in Outcome if outcome.scored]
        if wrong := sorted(set(outcomes or ()) - set(known)):
            raise UsageError(f"--outcome is {', '.join(known)}, not {', '.join(wrong)}")
        found = tuple(Outcome(name) for name in outcomes or ())
        return cls(tuple(agents or ()), found, min_return, held_back)

    def objection(self, row: EpisodeRow) -> str | None:
        """Why an episode is left out; None when it is taken."""
        if row.reward is None:
            return UNSCORED
        lowest = row.reward if self.min_return is None else self.min_return
        reasons = {
            NO_STEP: row.steps == 0,
            HELD_BACK: row.held_back and not self.held_back,
            "of other agents": bool(self.agents) and row.agent not in self.agents,
            "with another outcome": bool(self.outcomes) and row.outcome not in self.outcomes,
            "below the lowest return": row.reward < lowest,
        }
        return next((reason for reason, holds in reasons.items() if holds), None)


@dataclass
class Chosen:
    """The trajectories of a folder that meet a choice; counts are whole once it has been read."""

    folder: Path
    choice: Choice
    left_out: Counter[str] = field(default_factory=Counter)
    made_with: set[str] = field(default_factory=set)
    taken: int = 0

    def __iter__(self) -> Iterator[Trajectory]:
        """Each trajectory, in the order of the files' names.

        Raises:
            UsageError: there is none in the folder.
            StoreCorrupt: a file is torn.
        """
        self.left_out, self.made_with, self.taken = Counter(), set(), 0
        files = [file for file in sorted(self.folder.rglob(f"*{SUFFIX}")) if file.name[0] != "."]
        if not files:
            raise UsageError(f"no trajectory (*{SUFFIX}) below {self.folder}")
        for file in files:
            # The row is the last line: most of a file that is not taken is never parsed.
            why = self.choice.objection(read_row(file))
            if why is not None:
                self.left_out[why] += 1
                continue
            found = read_trajectory(file)
            self.taken += 1
            versions = found.header["versions"]
            self.made_with.add(f"{versions['environment']} of fde-env {versions['package']}")
            yield found
