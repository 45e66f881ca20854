"""What a worker does with a unit: play it, try again where the platform failed, pack the files."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError
from fde_env.evaluate.attempt import Attempt
from fde_env.evaluate.folder import append
from fde_env.evaluate.outcome import Outcome, worth_retrying
from fde_env.evaluate.plan import PlannedEpisode, Unit
from fde_env.evaluate.play import Player
from fde_env.evaluate.played import Played, unplayed
from fde_env.evaluate.row import EpisodeRow, make_row
from fde_env.evaluate.trained import Trained, store_name, trained_in
from fde_env.evaluate.trajectory import encode
from fde_env.evaluate.versions import Versions
from fde_env.options import Options
from fde_env.runs.store import Store


@dataclass(frozen=True)
class Context:
    """What all workers of a run share.

    Attributes:
        versions: For the headers.
        suite: Name of the suite, for the headers.
        retries: Further tries of a unit in which the platform failed.
        pause_s: Seconds before the first further try; doubled each time.
        spending: File that dollars are noted in as they are spent; None where it is out of reach.
        store: Name of the store that records of runs are wanted in; None where all share it.
    """

    versions: Versions
    suite: str
    retries: int
    pause_s: float
    spending: Path | None
    store: str | None = None


@dataclass(frozen=True)
class Done:
    """A unit that has been played, or a mistake of the person who started the run."""

    unit: Unit
    files: Mapping[str, bytes] = field(default_factory=dict)
    rows: tuple[EpisodeRow, ...] = ()
    dollars: float = 0.0
    seconds: float = 0.0
    tries: tuple[str, ...] = ()
    trained: tuple[Trained, ...] = ()
    mistake: UsageError | None = None


def perform(context: Context, attempt: Attempt) -> Done:
    """Play a unit. A failing platform is tried again, then recorded as what it is."""
    began, spent, tries, unit = time.monotonic(), 0.0, [], attempt.unit

    def spend(dollars: float) -> None:
        nonlocal spent
        spent += dollars
        if context.spending is not None:
            append(context.spending, {"unit": unit.unit_id, "dollars": dollars})

    try:
        for number in range(context.retries + 1):
            make_env = partial(_make_env, attempt.store(again=number > 0))
            try:
                played = Player(unit, make_env, spend).play()
            except UsageError as mistake:
                return Done(unit, mistake=mistake)
            broken = [item for item in played if item.outcome is Outcome.INFRASTRUCTURE_ERROR]
            tries.append(broken[0].detail if broken else "played")
            again = [item for item in broken if item.error and worth_retrying(item.error)]
            if not again or number == context.retries:
                break
            time.sleep(context.pause_s * 2**number)
    finally:
        attempt.clear()
    done = Done(unit, {}, (), spent, _since(began), tuple(tries))
    return packed(context, unit, played, done)


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
        trained=_trained(context, unit, played),
    )


def _trained(context: Context, unit: Unit, played: tuple[Played, ...]) -> tuple[Trained, ...]:
    if not any(item.trained for item in played):
        return ()
    carried = context.store is not None and store_name(Store()) != context.store
    return tuple(trained_in(unit.unit_id, played, carried=carried))


def _make_env(store: Store, episode: PlannedEpisode) -> FDEDeliveryEnv:
    options = episode.options
    values = {name: getattr(options, name) for name in Options.model_fields}
    return FDEDeliveryEnv(store=store, **values)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)
