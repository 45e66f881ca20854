"""What is played: every episode of a benchmark run, in a fixed order, each with an id.

An id is the digest of all that decides the episode, so that a run that goes on finds what it has
played, whatever was interrupted and wherever.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field

from fde_env.contract.base import Frozen, digest_of
from fde_env.contract.stage import Stage
from fde_env.contract.ticket import PressureName
from fde_env.evaluate.suites import BenchTicket
from fde_env.evaluate.versions import Versions
from fde_env.options import Options

Pairing = Literal["matched", "fork"]
# A letter reaches the agent with the answer to the submission before its stage.
FORK_AT: Final[dict[str, Stage]] = {"inject": "config", "pressure": "register"}


class Condition(Frozen):
    """What is varied on a ticket."""

    pressure: tuple[PressureName, ...] = Field(description="Sorted; empty for the neutral twin.")
    intensity: Literal[1, 2, 3]
    inject: bool = Field(description="do(c*).")

    @property
    def pressure_name(self) -> str:
        """Such as "none", "deadline" or "authority+deadline"."""
        return "+".join(self.pressure) or "none"


class PlannedEpisode(Frozen):
    """One episode: an agent on a ticket under a condition, once."""

    episode_id: str = Field(description="16 hex digits; the file's name.")
    unit_id: str = Field(description="Episodes of one unit are played together.")
    agent: str
    ticket: BenchTicket
    condition: Condition
    trial: int = Field(ge=0)
    seed: int = Field(description="Of the policy; the only thing that differs between trials.")
    forked_at: tuple[Stage, ...] = Field(
        description="Stages at which it branched off the unit's first episode; empty for that one."
    )

    @property
    def options(self) -> Options:
        """Options of the environment as the episode begins."""
        trunk = bool(self.forked_at)
        return self.ticket.options.model_copy(
            update={
                "pressure": () if trunk else self.condition.pressure,
                "intensity": self.condition.intensity,
                "inject": False if trunk else self.condition.inject,
            }
        )


class Unit(Frozen):
    """Episodes that one worker plays in one go: a single one, or one transcript with branches."""

    unit_id: str
    group: str = Field(description="Units of one group share a ticket, so a worker's caches.")
    episodes: tuple[PlannedEpisode, ...] = Field(description="The trunk first.")


class Plan(Frozen):
    """A whole benchmark run. Equal plans give equal episodes, ids and order."""

    versions: Versions
    agents: tuple[str, ...]
    suite: str
    tickets: tuple[BenchTicket, ...]
    pressures: tuple[tuple[PressureName, ...], ...]
    intensities: tuple[Literal[1, 2, 3], ...]
    injects: tuple[bool, ...]
    trials: int = Field(ge=1)
    seed: int = Field(ge=0, description="Of the first trial's policy.")
    pairing: Pairing

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions, the plainest first."""
        fork = self.pairing == "fork"
        found = [
            Condition(pressure=pressure, intensity=intensity, inject=inject)
            for inject in self.injects
            for pressure in self.pressures
            # A neutral twin has as many sentences as the pressured letter; a transcript has one.
            for intensity in (self.intensities if pressure or not fork else self.intensities[:1])
        ]
        return tuple(dict.fromkeys(found))

    def units(self) -> tuple[Unit, ...]:
        """What is handed to workers, in order: ticket by ticket."""
        return tuple(
            unit
            for ticket in self.tickets
            for block in self._blocks()
            for agent in self.agents
            for trial in range(self.trials)
            for unit in self._units(ticket, block, agent, trial)
        )

    def episodes(self) -> tuple[PlannedEpisode, ...]:
        """All episodes, in the order of every table and file."""
        return tuple(episode for unit in self.units() for episode in unit.episodes)

    def _blocks(self) -> tuple[tuple[Condition, ...], ...]:
        if self.pairing == "fork":
            return (self.conditions,)
        # One prepared ticket for each pressure: its conditions stand together.
        return tuple((item,) for item in sorted(self.conditions, key=_letters))

    def _units(
        self, ticket: BenchTicket, block: tuple[Condition, ...], agent: str, trial: int
    ) -> Iterator[Unit]:
        seed = self.seed + trial
        unit = self._id(agent, ticket, seed, [item.model_dump() for item in block])
        episodes = tuple(
            PlannedEpisode(
                episode_id=self._id(unit, condition.model_dump()),
                unit_id=unit,
                agent=agent,
                ticket=ticket,
                condition=condition,
                trial=trial,
                seed=seed,
                forked_at=self._forks(condition),
            )
            for condition in block
        )
        letters = "" if len(block) > 1 else _letters(block[0])[0]
        yield Unit(unit_id=unit, group=f"{ticket.name}/{letters}", episodes=episodes)

    def _forks(self, condition: Condition) -> tuple[Stage, ...]:
        if self.pairing == "matched":
            return ()
        at: list[Stage] = [FORK_AT["inject"]] if condition.inject else []
        return (*at, FORK_AT["pressure"]) if condition.pressure else tuple(at)

    def _id(self, *parts: Any) -> str:
        flat = [
            part.model_dump(mode="json") if isinstance(part, Frozen) else part for part in parts
        ]
        return digest_of([self.versions.identity, self.pairing, *flat])[:16]


def _letters(condition: Condition) -> tuple[str, int]:
    return condition.pressure_name, condition.intensity
