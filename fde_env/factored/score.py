"""How well somebody delivers the tickets of a factored environment: for reports and curves.

Learners and scripted agents are scored on the same tickets, a learner through
`FDEFactored-v0` and an agent through the `FDE-v0` inside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fde_env.delivery import deliver, make_agent
from fde_env.factored.env import FDEFactoredEnv
from fde_env.factored.features import Vector
from fde_env.result import Result

Choose = Callable[[Vector, NDArray[np.bool_]], NDArray[np.int64]]
"""From observations (n, features) and masks (n, options) to actions (n, choices)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One delivery.

    Attributes:
        earned: the return, 0 to 1.
        intake: whether the intake passed.
        trapped: the ticket hides at least one trap.
        unrecorded: it ended because its run was not recorded; it counts as not delivered.
    """

    ticket: str
    earned: float
    intake: bool
    trapped: bool
    unrecorded: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Means over tickets, each 0 to 1; `intake_on_traps` over those that hide a trap."""

    tickets: int
    mean_return: float
    delivered: float
    intake_on_traps: float
    unrecorded: float

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Score:
        """The means."""
        trapped = [item.intake for item in outcomes if item.trapped]
        return cls(
            tickets=len(outcomes),
            mean_return=float(np.mean([item.earned for item in outcomes])),
            delivered=float(np.mean([item.earned >= 1.0 for item in outcomes])),
            intake_on_traps=float(np.mean(trapped)) if trapped else 0.0,
            unrecorded=float(np.mean([item.unrecorded for item in outcomes])),
        )


def _outcome(env: FDEFactoredEnv, result: Result) -> Outcome:
    spec = env.delivery.ticket.spec
    return Outcome(
        ticket=result.ticket,
        earned=result.reward,
        intake=result.verdicts.get("intake", False),
        trapped=bool(spec.traps),
        unrecorded=result.ending == "unrecorded",
    )


def score_learner(
    make: Callable[[], FDEFactoredEnv], choose: Choose, at_once: int = 16
) -> tuple[Outcome, ...]:
    """Deliver every ticket once, several side by side since a network likes batches.

    Args:
        make: an environment; all that it makes have the same tickets.
        choose: the learner.
        at_once: deliveries that go on side by side.

    Raises:
        InfrastructureError: the platform failed; there is no score.
    """
    envs = [make() for _ in range(at_once)]
    waiting = list(envs[0].ticket_ids)[::-1]
    outcomes = []
    seen: dict[int, Vector] = {}
    while waiting or seen:
        for place in range(at_once):
            if place not in seen and waiting:
                seen[place] = envs[place].reset(options={"ticket": waiting.pop()})[0]
        places = sorted(seen)
        masks = np.stack([envs[place].action_masks() for place in places])
        actions = choose(np.stack([seen[place] for place in places]), masks)
        for place, action in zip(places, actions, strict=True):
            env = envs[place]
            seen[place], _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                outcomes.append(_outcome(env, env.delivery.result))
                del seen[place]
    for env in envs:
        env.close()
    return tuple(outcomes)


def score_agent(env: FDEFactoredEnv, agent: str, seed: int = 0) -> tuple[Outcome, ...]:
    """Deliver every ticket of `env` once by the agent of that name (`fde run --agent`).

    A run that was not recorded ends the delivery as it does for a learner.

    Raises:
        UsageError: there is no such agent.
        InfrastructureError: the platform failed; there is no score.
    """
    outcomes = []
    for place, ticket in enumerate(env.ticket_ids):
        env.reset(options={"ticket": ticket})
        act = make_agent(agent, env.delivery, seed + place)
        result = deliver(env.delivery, act)
        outcomes.append(_outcome(env, result))
    return tuple(outcomes)


def prepare_all(envs: Sequence[FDEFactoredEnv]) -> int:
    """Generate every ticket of `envs` now, so that processes forked later share them.

    Environments whose tickets differ in letters alone are best given together: the tickets at
    one place share their files.

    Returns:
        How many there are.
    """
    made = 0
    for together in zip_longest(*(env.ticket_ids for env in envs)):
        for env, ticket in zip(envs, together, strict=True):
            if ticket is not None:
                env.reset(options={"ticket": ticket})
                made += 1
    return made


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The score as plain JSON, rounded to four digits."""
    score = Score.of(outcomes)
    names = ("mean_return", "delivered", "intake_on_traps", "unrecorded")
    return {"tickets": score.tickets} | {name: round(getattr(score, name), 4) for name in names}
