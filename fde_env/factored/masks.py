"""Which options of a factored action are open now.

A delivery begins with reading: bundle after bundle, or the forms. Then each stage's form has its
choices open and nothing else, so that an action never holds choices that have no effect. A mask
follows from the stage, from what was read and from whether an alarm waits: from what the agent
has seen, never from what is right or recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fde_env.contract.stage import Stage
from fde_env.factored.choices import CHOICES, READS, Choice

Masks = tuple[tuple[bool, ...], ...]
"""For each choice, which of its options are open."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides a mask.

    Attributes:
        reading: the forms have not been begun.
        read: bundles read so far.
        offered: bundles that may be read at all in this environment.
        reads_left: bundles that may still be read.
        days: days that the dictionary names, as far as it was read; at most two.
        revision: the mail, as far as it was read, offers a checkpoint.
        paused: an alarm waits for an answer.
    """

    stage: Stage
    reading: bool
    read: frozenset[str]
    offered: tuple[str, ...]
    reads_left: int
    days: int
    revision: bool
    paused: bool


def _open(choice: Choice, now: Situation) -> list[bool]:
    habit = [True] + [False] * (len(choice.options) - 1)
    if choice.name == "do":
        readable = now.reading and now.reads_left > 0
        bundles = [readable and name in now.offered and name not in now.read for name in READS]
        return [True, *bundles]
    if now.reading or choice.stage != now.stage:
        return habit
    if choice.name == "since":
        return [True, now.days > 0, now.days > 1]
    if choice.name == "base_revision":
        return [True, now.revision]
    if choice.name == "on_alarm" and not now.paused:
        return habit
    return [True] * len(choice.options)


@lru_cache(maxsize=1024)
def allowed(now: Situation) -> Masks:
    """For each choice, which of its options are open; the habit always is."""
    return tuple(tuple(_open(choice, now)) for choice in CHOICES)


@lru_cache(maxsize=1024)
def _flat(now: Situation) -> NDArray[np.bool_]:
    return np.asarray([is_open for mask in allowed(now) for is_open in mask], dtype=np.bool_)


def flat(now: Situation) -> NDArray[np.bool_]:
    """The masks one behind the other, as sb3-contrib takes them for a `MultiDiscrete` space."""
    return _flat(now).copy()
