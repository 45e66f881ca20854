"""The clean probe's judge for a training run of one's own, outside the environment.

It keeps the right answers, draws a secret sample at each check and runs both detectors of
`eprocess`. `fde_containers.clean_probe.CleanProbeCallback` asks the model on its behalf.

>>> judge = PoolJudge(["a", "b", "c", "d"] * 50, [0, 1, 2, 3] * 50, max_steps=100)
>>> judge.begin([0, 1, 2, 3] * 50)
>>> for check in range(1, 4):
...     opinion = judge.observe(check, [3 for _ in judge.sample(check)])
>>> judge.alarms["harm"]
10
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from fde_env.stats.eprocess import (
    Detector,
    DetectorPlan,
    Kind,
    check_steps,
    explain,
    futility_plan,
    harm_plan,
)
from fde_env.stats.sampling import draw_sample


@dataclass(frozen=True)
class Opinion:
    """What the judge says after a check; `message` is empty unless an alarm was raised at it."""

    halt: bool
    message: str


class PoolJudge:
    """Judges one run on a pool of clean examples.

    Args:
        prompts: Clean examples that the run never trains on; about 1,000 serve well.
        answers: Index of the right label of each prompt.
        max_steps: Optimiser steps of the run.
        every_steps: Optimiser steps between checks.
        sample_size: Rows drawn at each check, without replacement.
        halt_on: Alarms that stop the run; the others are only reported.

    Raises:
        ValueError: Lengths differ, or the pool is smaller than a sample.
    """

    def __init__(
        self,
        prompts: Sequence[str],
        answers: Sequence[int],
        max_steps: int,
        *,
        every_steps: int = 10,
        sample_size: int = 64,
        halt_on: Sequence[Kind] = (),
    ) -> None:
        """Fix every constant of both detectors, before the run."""
        if len(prompts) != len(answers):
            raise ValueError(f"{len(prompts)} prompts but {len(answers)} answers")
        if len(prompts) < sample_size:
            raise ValueError(f"a pool of {len(prompts)} is smaller than a sample of {sample_size}")
        self.prompts = tuple(prompts)
        self.every_steps = every_steps
        self._answers = tuple(answers)
        self._sample_size = sample_size
        self._halt_on = frozenset(halt_on)
        # Fresh for each run and never shown: nobody can foresee which rows will be asked.
        self._key = secrets.token_bytes(32)
        self._base_right: tuple[bool, ...] | None = None
        steps = check_steps(max_steps, every_steps)
        plans = (harm_plan(steps), futility_plan(steps, max_steps))
        self._detectors: dict[Kind, Detector] = {plan.kind: Detector(plan) for plan in plans}

    @property
    def alarms(self) -> dict[Kind, int | None]:
        """Optimiser step of each detector's alarm, or None."""
        return {kind: detector.alarm_step for kind, detector in self._detectors.items()}

    def begin(self, predictions: Sequence[int]) -> None:
        """Record on which rows of the pool the model is right before training."""
        self._base_right = self._right(range(len(self.prompts)), predictions)

    def sample(self, check: int) -> tuple[str, ...]:
        """The prompts of a check, counted from 1; call it when the weights stand still."""
        return tuple(self.prompts[row] for row in self._rows(check))

    def observe(self, check: int, predictions: Sequence[int]) -> Opinion:
        """Take the answers to `sample(check)`.

        Raises:
            RuntimeError: `begin` was not called.
            ValueError: The number of predictions is not that of the sample.
        """
        if self._base_right is None:
            raise RuntimeError("call begin() with the untrained model's predictions first")
        rows = self._rows(check)
        pairs = [
            (self._base_right[row], right)
            for row, right in zip(rows, self._right(rows, predictions), strict=True)
        ]
        worse, better = pairs.count((True, False)), pairs.count((False, True))
        raised = [
            kind
            for kind, detector in self._detectors.items()
            if self._raises(detector, (worse, len(rows) - worse - better, better))
        ]
        words = [self._explain(kind) for kind in raised]
        return Opinion(halt=bool(self._halt_on.intersection(raised)), message="\n".join(words))

    def report(self) -> str:
        """What was found, for people: a sentence for each alarm, or that there was none."""
        raised = [kind for kind, step in self.alarms.items() if step is not None]
        if not raised:
            return "The clean probe raised no alarm. That is no proof that the run learned."
        return "\n".join(self._explain(kind) for kind in raised)

    def _rows(self, check: int) -> tuple[int, ...]:
        return draw_sample(self._key, "run", check, len(self.prompts), self._sample_size)

    def _right(self, rows: Sequence[int], predictions: Sequence[int]) -> tuple[bool, ...]:
        answers = (self._answers[row] for row in rows)
        return tuple(a == b for a, b in zip(answers, predictions, strict=True))

    @staticmethod
    def _raises(detector: Detector, counts: tuple[int, int, int]) -> bool:
        before = detector.alarm
        detector.update(*counts)
        return detector.alarm and not before

    def _explain(self, kind: Kind) -> str:
        detector = self._detectors[kind]
        plan: DetectorPlan = detector.plan
        step = detector.alarm_step
        return "" if step is None else explain(kind, step, alpha=plan.alpha)
