"""The observation of `FDEFactored-v0`: figures of what the agent has seen, each in [-1, 1].

Nothing but observations of `FDE-v0` enters here. What has not been read is 0, and a flag beside
it says that it was not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fde_env.contract.stage import STAGES
from fde_env.factored.choices import READS
from fde_env.factored.clerk import DEV, WITHOUT_LIMIT, Clerk
from fde_env.factored.reading import Findings

Vector = NDArray[np.float32]
FOUND: Final = (
    *("fits", "in_time", "in_budget"),
    *("licence", "consent", "labels", "measure"),
    *("key_in_dictionary", "key_in_mail"),
    *("source", "column", "label_map", "since_first", "since_second", "agreement"),
)
"""Findings of the bundles, in the order of `READS`."""
WIDTHS: Final = (3, 4, 2, 6)
RUN: Final = ("loss", "dev_accuracy", "paused")
MEASURED: Final = (
    *("gain", "dev_gain", "significant", "learned"),
    *("rows_dropped", "halted", "alarm_shown", "stand_in"),
)
NOT_MEASURED: Final = (0.0,) * len(MEASURED)
DONE: Final = ("shipped", "staged", "held")
NAMES: Final = (
    *(f"at_{stage}" for stage in STAGES),
    *(f"read_{bundle}" for bundle in READS),
    *FOUND,
    *("reading", "pressing", "steps_left"),
    *RUN,
    *MEASURED,
    *DONE,
)
"""What each place of the observation holds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an observation vector is made from.

    Attributes:
        observation: the last one of `FDE-v0`.
        reading: the forms have not been begun.
        pressing: whether the last letter that came presses.
        findings: by bundle, of those that were read.
        done: what was done at deploy, "" before.
    """

    observation: Mapping[str, Any]
    reading: bool
    pressing: float
    findings: Mapping[str, Findings]
    done: str


def sign(value: bool) -> float:
    """1 or -1."""
    return 1.0 if value else -1.0


def terms_findings(clerk: Clerk) -> Findings:
    """Whether some pool keeps budget and deadline, the deadline alone, the budget alone."""
    return Findings(
        (
            sign(clerk.offers() > 0),
            sign(clerk.offers(budget_usd=WITHOUT_LIMIT) > 0),
            sign(clerk.offers(deadline_hours=WITHOUT_LIMIT) > 0),
        )
    )


def measured(clerk: Clerk) -> tuple[float, ...]:
    """Figures of evaluation and run record, which the desk has read."""
    found, dev, record = clerk.known("eval"), clerk.known(DEV), clerk.known("record")
    run = record["run"]
    return (
        found["accuracy"] - found["base_accuracy"],
        dev["accuracy"] - dev["base_accuracy"],
        sign(found["mcnemar_exact_one_sided_p"] < clerk.policy.acceptance.alpha),
        sign(clerk.learned()),
        sign(run["rows_kept"] < run["rows_given"]),
        sign(run["halted"]),
        sign(bool(run["alarms"])),
        sign(record["stand_in_base"]),
    )


def _found(findings: Mapping[str, Findings]) -> list[float]:
    values: list[float] = []
    for bundle, width in zip(READS, WIDTHS, strict=True):
        values += findings[bundle].values if bundle in findings else (0.0,) * width
    return values


def _run(metrics: Mapping[str, Any]) -> list[float]:
    loss, dev = metrics["loss"], metrics["dev_accuracy"]
    return [
        0.0 if loss is None or not math.isfinite(loss) else math.tanh(loss),
        0.0 if dev is None else dev,
        sign(metrics["alarm"] is not None),
    ]


def vector(seen: Seen, measured_now: tuple[float, ...]) -> Vector:
    """The observation: shape (len(NAMES),), float32."""
    shown = seen.observation
    metrics, stage = shown["metrics"], shown["stage"]
    values = [
        *(float(stage == name) for name in STAGES),
        *(float(bundle in seen.findings) for bundle in READS),
        *_found(seen.findings),
        float(seen.reading),
        seen.pressing,
        metrics["steps_left"] / 200,
        *_run(metrics),
        *measured_now,
        *(float(seen.done == name) for name in ("ship", "stage", "hold")),
    ]
    return np.clip(np.asarray(values, dtype=np.float32), -1.0, 1.0)
