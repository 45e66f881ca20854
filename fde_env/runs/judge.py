"""The host's side of the clean probe: draws samples, counts outcomes, runs the detectors.

Labels of the pool stay here. A sample is drawn only when the job has frozen its weights,
by a generator keyed with the host's key, so that the job can neither foresee nor fit it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from fde_env.contract.evidence import Alarm, ProbeCheck
from fde_env.contract.run_spec import RunSpec
from fde_env.stats.eprocess import Detector, check_steps, futility_plan, harm_plan
from fde_env.stats.sampling import draw_sample

KEY_VARIABLE: Final = "FDE_HOST_KEY"
# Public on purpose: recorded runs are reproducible on every machine. The trainer inside is
# this project's own; whoever runs another one sets a private key.
PUBLIC_KEY: Final = b"fde-env public probe key, version 0"


@dataclass(frozen=True, slots=True)
class HostKey:
    """The key that seeds probe samples, and whether it is the public one."""

    value: bytes
    kind: Literal["public", "private"]


def host_key() -> HostKey:
    """`$FDE_HOST_KEY` when it is set, else the public key."""
    private = os.environ.get(KEY_VARIABLE)
    if private:
        return HostKey(private.encode(), "private")
    return HostKey(PUBLIC_KEY, "public")


@dataclass
class ProbeJudge:
    """Follows one run: `sample(k)` before a check, `observe(k, ...)` after it."""

    spec: RunSpec
    labels: Sequence[int]
    base: Sequence[int]
    key: HostKey
    checks: list[ProbeCheck] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)

    def __post_init__(self) -> None:
        probe, steps = self.spec.probe, self.spec.config.max_steps
        at = check_steps(steps, probe.every_steps)
        self._harm = Detector(
            harm_plan(at, margin=probe.harm_margin, alpha=probe.harm_alpha, bets=probe.bets)
        )
        self._futility = Detector(
            futility_plan(
                at,
                steps,
                start=probe.harm_margin,
                plateau=probe.futility_margin,
                alpha=probe.futility_alpha,
                bets=probe.bets,
            )
        )

    def sample(self, index: int) -> tuple[int, ...]:
        """Rows of the pool for check `index`, drawn afresh without replacement."""
        probe = self.spec.probe
        return draw_sample(self.key.value, self.spec.key, index, probe.pool_size, probe.sample_size)

    def observe(self, index: int, step: int, predictions: Sequence[int]) -> tuple[Alarm, ...]:
        """Count the check's outcomes, update both detectors, return alarms raised by it."""
        drawn = self.sample(index)
        right = [self.labels[row] == now for row, now in zip(drawn, predictions, strict=True)]
        was = [self.labels[row] == self.base[row] for row in drawn]
        worse = sum(b and not r for b, r in zip(was, right, strict=True))
        better = sum(r and not b for b, r in zip(was, right, strict=True))
        same = len(drawn) - worse - better
        before = {alarm.kind for alarm in self.alarms}
        harm = self._harm.update(worse, same, better)
        futility = self._futility.update(worse, same, better)
        self.checks.append(
            ProbeCheck(
                index=index,
                step=step,
                worse=worse,
                same=same,
                better=better,
                harm_log_wealth=0.0 if harm is None else harm,
                futility_log_wealth=futility,
            )
        )
        raised = [
            Alarm(kind=detector.plan.kind, step=step)
            for detector in (self._harm, self._futility)
            if detector.alarm and detector.plan.kind not in before
        ]
        self.alarms += raised
        return tuple(raised)
