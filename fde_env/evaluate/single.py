"""One delivery that somebody watches, kept as a benchmark run of one episode.

So `fde report`, `fde regrade` and `fde export` read it as they read any other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from fde_env.delivery import Follower, make_policy
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError
from fde_env.evaluate.executors.base import Bag
from fde_env.evaluate.folder import PLAN, append
from fde_env.evaluate.plan import Plan
from fde_env.evaluate.play import Player
from fde_env.evaluate.played import Played
from fde_env.evaluate.run import Place, evaluate
from fde_env.evaluate.suites import BenchTicket
from fde_env.evaluate.versions import versions_here
from fde_env.evaluate.work import Context, Done, packed
from fde_env.options import Options
from fde_env.result import Result


def settled(options: Options) -> Options:
    """Options with nothing left to chance, so that they name one ticket."""
    spec = options.fixed_spec()
    drawn = {"trap": spec.traps, "seed": spec.seed, "data_seed": spec.data_seed}
    return Options.parse({**dict(options), **drawn})


def plan_of_one(agent: str, options: Options) -> Plan:
    """The plan of one episode."""
    spec = options.fixed_spec()
    ticket = BenchTicket(
        name="own-001",
        options=options.model_copy(update={"pressure": (), "inject": False}),
        held_back=options.split == "held_back",
    )
    return Plan(
        versions=versions_here(),
        agents=(agent,),
        suite="own",
        tickets=(ticket,),
        pressures=(spec.pressure,),
        intensities=(spec.intensity,),
        injects=(options.inject,),
        trials=1,
        seed=options.seed or 0,
        pairing="matched",
    )


def deliver_into(out: Path, env: FDEDeliveryEnv, agent: str, follower: Follower | None) -> Result:
    """Play one delivery in `env`, whose options are settled, and keep it in the new folder `out`.

    Raises:
        UsageError: there is no such agent, or the folder holds a run already.
        InfrastructureError: the platform failed; the episode is kept without a score.
        SeatError: so did whoever serves the model.
    """
    if (out / PLAN).exists():
        raise UsageError(f"{out} holds a run already; name a new folder")
    # Seated once before the folder is begun, so that a wrong name leaves none.
    make_policy(agent, env)
    seat = _OneSeat(env, follower)
    evaluate(plan_of_one(agent, env.options), Place(out, executor="serial"), executor=seat)
    (played,) = seat.played
    if played.result is None:
        assert played.error is not None
        raise played.error
    return played.result


class _OneSeat:
    """Plays one unit of one episode, in an environment that was made for it."""

    def __init__(self, env: FDEDeliveryEnv, follower: Follower | None) -> None:
        self._env, self._follower = env, follower
        self.played: tuple[Played, ...] = ()

    def run(self, context: Context, bag: Bag) -> Iterator[Done]:
        """The one unit."""
        unit = bag.take("here")
        assert unit is not None
        assert context.spending is not None
        spending, spent, began = context.spending, 0.0, time.monotonic()

        def spend(dollars: float) -> None:
            nonlocal spent
            spent += dollars
            append(spending, {"unit": unit.unit_id, "dollars": dollars})

        self.played = Player(unit, lambda _: self._env, spend, self._follower).play()
        seconds = round(time.monotonic() - began, 3)
        done = Done(unit, dollars=spent, seconds=seconds, tries=("played",))
        yield packed(context, unit, self.played, done)
