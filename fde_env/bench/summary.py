"""The table of a study: a row a run, a line an arm, both denominators. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fde_env.bench.plan import ARMS, Arm, Planned
from fde_env.contract.evidence import AlarmKind, Evidence, SplitOutcome
from fde_env.runs.facts import is_tbdl, run_learned, train_pass
from fde_env.stats.mcnemar import paired_test

LEARNING: Final[tuple[Arm, ...]] = ("correct", "mask")
NOT_CORRUPTED: Final[tuple[Arm, ...]] = ("correct", "mask", "noise")


@dataclass(frozen=True)
class Row:
    """One run as it is reported; steps of alarms are None where there was none.

    Attributes:
        gains: held-out rows where base is wrong and the tuned model right.
        losses: the reverse.
        ci_low, ci_high: 95% interval of accuracy minus base accuracy.
        train_seconds, probe_seconds: wall time inside the job.
    """

    base: str
    seed: int
    arm: str
    train_pass: bool
    learned: bool
    tbdl: bool
    base_accuracy: float
    accuracy: float
    gains: int
    losses: int
    p_value: float
    ci_low: float
    ci_high: float
    harm_step: int | None
    futility_step: int | None
    train_seconds: float
    probe_seconds: float


def first_alarm(evidence: Evidence, kind: AlarmKind) -> int | None:
    """Step of the first alarm of a kind."""
    return next((alarm.step for alarm in evidence.alarms if alarm.kind == kind), None)


def accepted_on(planned: Planned, evidence: Evidence) -> SplitOutcome:
    """Outcome on the split that acceptance looks at."""
    return next(item for item in evidence.outcomes if item.split == planned.acceptance.split)


def make_row(planned: Planned, evidence: Evidence) -> Row:
    """The row of a run."""
    held = accepted_on(planned, evidence)
    test = paired_test(held.rows, held.gains, held.losses)
    return Row(
        base=planned.base,
        seed=planned.seed,
        arm=planned.arm,
        train_pass=train_pass(evidence),
        learned=run_learned(evidence, planned.acceptance),
        tbdl=is_tbdl(evidence, planned.acceptance),
        base_accuracy=held.base_accuracy,
        accuracy=held.accuracy,
        gains=held.gains,
        losses=held.losses,
        p_value=test.p_value,
        ci_low=test.ci_low,
        ci_high=test.ci_high,
        harm_step=first_alarm(evidence, "harm"),
        futility_step=first_alarm(evidence, "futility"),
        train_seconds=evidence.provenance.train_seconds,
        probe_seconds=evidence.provenance.probe_seconds,
    )


def summarise(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Per arm, in the order of the study: runs, TBDL runs and alarms of each detector."""
    return {
        arm: {
            "n": len(mine),
            "tbdl": sum(row.tbdl for row in mine),
            "harm_alarms": sum(row.harm_step is not None for row in mine),
            "futility_alarms": sum(row.futility_step is not None for row in mine),
        }
        for arm in ARMS
        if (mine := [row for row in rows if row.arm == arm])
    }


def denominators(rows: Sequence[Row], alpha: float) -> list[dict[str, Any]]:
    """False alarms, counted on both sets of healthy runs, with the family-wise bound.

    On the runs that learn, every alarm is false. On the runs that are not severely corrupted
    (noise included, which does no harm), a harm alarm is. `family_bound` is the chance of at
    least one false alarm in the whole set, at most (a union bound, no independence assumed);
    `rate_upper_95` is the exact (Clopper-Pearson) upper end of the rate.
    """
    return [
        _denominator("runs that learn", rows, LEARNING, ("harm", "futility"), alpha),
        _denominator("runs not severely corrupted", rows, NOT_CORRUPTED, ("harm",), alpha),
    ]


def _denominator(
    name: str,
    rows: Sequence[Row],
    arms: tuple[Arm, ...],
    kinds: tuple[AlarmKind, ...],
    alpha: float,
) -> dict[str, Any]:
    mine = [row for row in rows if row.arm in arms]
    found: dict[str, Any] = {"runs": name, "arms": list(arms), "n": len(mine)}
    for kind in kinds:
        steps = [row.harm_step if kind == "harm" else row.futility_step for row in mine]
        count = sum(step is not None for step in steps)
        found[kind] = {
            "alarms": count,
            "family_bound": min(1.0, len(mine) * alpha),
            "rate_upper_95": upper_rate(count, len(mine)),
        }
    return found


def upper_rate(count: int, runs: int, level: float = 0.95) -> float:
    """One-sided exact upper confidence limit of a rate (Clopper and Pearson 1934).

    >>> round(upper_rate(0, 36), 3)
    0.08
    """
    from scipy.special import betaincinv

    if count >= runs:
        return 1.0
    return float(betaincinv(count + 1, runs - count, level))
