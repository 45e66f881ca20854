"""Write the tables of `power.md`: `python -m fde_env.stats.tables > fde_env/stats/power.md`.

A test writes them again and compares, so the page cannot drift from the code.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.stats import binomtest

from fde_env.stats.eprocess import HARM_MARGIN, DetectorPlan, check_steps, futility_plan, harm_plan
from fde_env.stats.mcnemar import ALPHA, MARGIN
from fde_env.stats.power import power, smallest_improvement
from fde_env.stats.simulate import Course, Ints, alarm_checks, fresh_counts, reused_counts

ROWS = (100, 300, 500, 1_100, 2_000, 3_000)
MARGINS = (0.0, 0.05, 0.10, 0.15, 0.20)
MAX_STEPS, EVERY_STEPS, POOL, SAMPLE = 300, 10, 1_000, 64
NULL_RUNS, OTHER_RUNS, REUSED_RUNS = 20_000, 5_000, 4_000


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def improvement_table() -> str:
    """Smallest true improvement called learned with power 0.95, by rows and margin."""
    rows = []
    for n in ROWS:
        found = [smallest_improvement(n, margin=margin) for margin in MARGINS]
        rows.append([f"{n:,}", *("none" if x is None else f"{x:.3f}" for x in found)])
    return _table(["held-out rows", *(f"margin {margin:.2f}" for margin in MARGINS)], rows)


def power_table() -> str:
    """Power by rows and true improvement at the default margin."""
    improvements = (0.0, 0.05, 0.10, 0.15, 0.175, 0.20, 0.25, 0.50)
    rows = [[f"{n:,}", *(f"{power(n, 0.05 + x, 0.05):.3f}" for x in improvements)] for n in ROWS]
    return _table(["held-out rows", *(f"{x:+.3f}" for x in improvements)], rows)


def size_table() -> str:
    """Probability that a run which learned nothing is called learned, by churn and margin."""
    churns = (0.02, 0.10, 0.20, 0.40)
    rows = [
        [
            f"{n:,}",
            *(f"{power(n, c / 2, c / 2, margin=m):.4f}" for m in (0.0, MARGIN) for c in churns),
        ]
        for n in ROWS
    ]
    head = [f"{churn:.0%}, margin {m:g}" for m in (0.0, MARGIN) for churn in churns]
    return _table(["held-out rows", *head], rows)


def course(means: list[float], churn: int) -> Course:
    """Build a course with these pool means of d and `churn` rows changed each way beside them."""
    shift = np.round(np.asarray(means) * POOL).astype(np.int64)
    return Course(POOL, churn + np.maximum(0, -shift), churn + np.maximum(0, shift))


def courses() -> dict[str, tuple[Course, int]]:
    """Name the assumed courses of the clean pool, each with the number of runs to simulate."""
    steps = check_steps(MAX_STEPS, EVERY_STEPS)
    curve = futility_plan(steps, MAX_STEPS).nulls
    edge = [HARM_MARGIN if null is None else null for null in curve]
    rising = [0.5 / (1 + np.exp((120 - step) / 25)) for step in steps]
    falling = [-0.3 * min(1.0, step / 80) for step in steps]
    collapse = [x if step <= 200 else -0.25 for x, step in zip(rising, steps, strict=True)]
    return {
        "edge of harm's null: 5 points below base throughout": (
            course([HARM_MARGIN] * len(steps), 100),
            NULL_RUNS,
        ),
        "edge of futility's null: on the minimum curve": (course(edge, 100), NULL_RUNS),
        "learns: up 50 points, half of it by step 120": (course(rising, 40), NULL_RUNS),
        "stays at base, 120 rows changed each way": (course([0.0] * len(steps), 120), OTHER_RUNS),
        "falls 30 points by step 80": (course(falling, 0), OTHER_RUNS),
        "learns, then collapses to 25 points below at 210": (course(collapse, 0), OTHER_RUNS),
    }


def detector_table() -> str:
    """Share of alarms, with its 95% interval, and the median step of the first, by course."""
    steps = check_steps(MAX_STEPS, EVERY_STEPS)
    plans = (harm_plan(steps), futility_plan(steps, MAX_STEPS))
    rows = []
    for seed, (name, (assumed, runs)) in enumerate(courses().items()):
        counts = fresh_counts(assumed, SAMPLE, runs, seed)
        cells = [cell for plan in plans for cell in _alarm_cells(plan, counts)]
        rows.append([name, f"{runs:,}", *cells])
    return _table(
        ["assumed course", "runs", "harm", "median step", "futility", "median step"], rows
    )


def reuse_table() -> str:
    """Share of false alarms when one sample is kept for all checks, at the edge of each null."""
    steps = check_steps(MAX_STEPS, EVERY_STEPS)
    plans = (harm_plan(steps), futility_plan(steps, MAX_STEPS))
    edges = [assumed for assumed, _ in courses().values()][:2]
    rows = []
    for plan, edge in zip(plans, edges, strict=True):
        fresh = alarm_checks(plan, fresh_counts(edge, SAMPLE, REUSED_RUNS, 11))
        reused = alarm_checks(plan, reused_counts(edge, SAMPLE, REUSED_RUNS, 11))
        shares = [f"{np.mean(alarms > 0):.4f}" for alarms in (fresh, reused)]
        rows.append([plan.kind, f"{plan.alpha:g}", *shares])
    return _table(["detector", "nominal level", "fresh samples", "one sample, reused"], rows)


def _alarm_cells(plan: DetectorPlan, counts: Ints) -> tuple[str, str]:
    alarms = alarm_checks(plan, counts)
    raised = int(np.sum(alarms > 0))
    interval = binomtest(raised, len(alarms)).proportion_ci(0.95)
    share = f"{raised / len(alarms):.4f} ({interval.low:.4f} to {interval.high:.4f})"
    median = int(np.median(alarms[alarms > 0])) * EVERY_STEPS if raised else None
    return share, "" if median is None else str(median)


def page() -> str:
    """Compose the whole of `power.md`."""
    return f"""# What the acceptance rule and the detectors can see

Written by `python -m fde_env.stats.tables`; a test writes it again and compares.

## Acceptance: exact one-sided McNemar at {ALPHA:g}, and a margin

Exact sums over a binomial model of the held-out rows; no simulation.

**Smallest true improvement in accuracy that is called learned with power 0.95**, when 5% of the
rows are lost:

{improvement_table()}

**Power by true improvement** (accuracy over base, 0 to 1) at the default margin {MARGIN:g}, when 5%
of the rows are lost:

{power_table()}

**Size: how often a run that learned nothing is called learned**, by the share of rows that changed
between right and wrong, with no margin and with the default one:

{size_table()}

## Detectors: clean-probe e-processes at {harm_plan(()).alpha:g} each

Simulated: {SAMPLE} rows drawn afresh and without replacement from a pool of {POOL:,}, every
{EVERY_STEPS} of {MAX_STEPS} steps. The courses are assumptions. Shares of runs that alarm, with
exact 95% intervals:

{detector_table()}

Why the samples must be fresh. {REUSED_RUNS:,} runs at the edge of each null:

{reuse_table()}
"""


if __name__ == "__main__":
    sys.stdout.write(page())
