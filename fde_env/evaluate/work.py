"""What a worker does with a unit: play it, try again where the platform failed, pack the files."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError
from fde_env.evaluate.folder import append
from fde_env.evaluate.outcome import Outcome, worth_retrying
from fde_env.evaluate.plan import PlannedEpisode, Unit
from fde_env.evaluate.play import Player
from fde_env.evaluate.played import Played, unplayed
from fde_env.evaluate.row import EpisodeRow, make_row
from fde_env.evaluate.trajectory import encode
from fde_env.evaluate.versions import Versions
from fde_env.options import Options


@dataclass(frozen=True)
class Context:
    """What all workers of a run share.

    Attributes:
        versions: For the headers.
        suite: Name of the suite, for the headers.
        retries: Further tries of a unit in which the platform failed.
        pause_s: Seconds before the first further try; doubled each time.
        spending: File that dollars are noted in as they are spent; None where it is out of reach.
    """

    versions: Versions
    suite: str
    retries: int
    pause_s: float
    spending: Path | None


@dataclass(frozen=True)
class Done:
    """A unit that has been played, or a mistake of the person who started the run."""

    unit: Unit
    files: Mapping[str, bytes] = field(default_factory=dict)
    rows: tuple[EpisodeRow, ...] = ()
    dollars: float = 0.0
    seconds: float = 0.0
    tries: tuple[str, ...] = ()
    mistake: UsageError | None = None


def perform(context: Context, unit: Unit) -> Done:
    """Play a unit. A failing platform is tried again, then recorded as what it is."""
    began, spent, tries = time.monotonic(), 0.0, []

    def spend(dollars: float) -> None:
        nonlocal spent
        spent += dollars
        if context.spending is not None:
            append(context.spending, {"unit": unit.unit_id, "dollars": dollars})

    for number in range(context.retries + 1):
        try:
            played = Player(unit, _make_env, spend).play()
        except UsageError as mistake:
            return Done(unit, mistake=mistake)
        broken = [item for item in played if item.outcome is Outcome.INFRASTRUCTURE_ERROR]
        tries.append(broken[0].detail if broken else "played")
        again = [item for item in broken if item.error and worth_retrying(item.error)]
        if not again or number == context.retries:
            break
        time.sleep(context.pause_s * 2**number)
    return packed(context, unit, played, Done(unit, {}, (), spent, _since(began), tuple(tries)))


def given_up(context: Context, unit: Unit, error: Exception, tries: tuple[str, ...]) -> Done:
    """A unit whose worker died each time."""
    played = tuple(unplayed(episode, error) for episode in unit.episodes)
    return packed(context, unit, played, Done(unit, tries=tries))


def packed(context: Context, unit: Unit, played: tuple[Played, ...], done: Done) -> Done:
    """`done` with the files and rows of what was played."""
    return Done(
        unit=unit,
        files={
            item.episode.episode_id: encode(item, context.versions, context.suite)
            for item in played
        },
        rows=tuple(make_row(item) for item in played),
        dollars=done.dollars,
        seconds=done.seconds,
        tries=done.tries,
    )


def _make_env(episode: PlannedEpisode) -> FDEDeliveryEnv:
    options = episode.options
    return FDEDeliveryEnv(**{name: getattr(options, name) for name in Options.model_fields})


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)
