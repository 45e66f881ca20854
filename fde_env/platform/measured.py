"""Accuracies, bounds and E of a run, from its counts and the acceptance rule alone."""

from __future__ import annotations

import math

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.contract.evidence import SplitOutcome
from fde_env.contract.submissions.plan import Acceptance
from fde_env.errors import UsageError
from fde_env.stats.mcnemar import paired_test
from fde_env.stats.proportion import accuracy_bounds

# The counts are whole numbers; only the last digits of a library's special functions may differ.
TOLERANCE = 1e-6


class Measured(Frozen):
    """What the counts of the acceptance split say. All bounds are two-sided, 95%."""

    base_accuracy: float
    base_low: float = Field(description="Clopper-Pearson.")
    base_high: float
    accuracy: float
    accuracy_low: float = Field(description="Clopper-Pearson.")
    accuracy_high: float
    difference: float = Field(description="Accuracy minus base accuracy on the same rows.")
    difference_low: float = Field(description="Tango's score interval for paired rows.")
    difference_high: float
    p_value: float = Field(description="One-sided exact McNemar.")
    meets_rule: bool = Field(description="p below alpha, and the difference at least the margin.")


def measure(outcome: SplitOutcome, acceptance: Acceptance) -> Measured:
    """Recompute everything from the counts.

    Raises:
        UsageError: the counts contradict each other, or the rule is another test.
    """
    if acceptance.test != "mcnemar_exact_one_sided":
        raise UsageError(f"the acceptance rule is {acceptance.test}, which proves nothing paired")
    if outcome.split != acceptance.split:
        raise UsageError(f"the counts are of {outcome.split}, the rule is about {acceptance.split}")
    if outcome.correct - outcome.base_correct != outcome.gains - outcome.losses:
        raise UsageError("the counts contradict each other: gains - losses is not the difference")
    try:
        test = paired_test(
            outcome.rows,
            outcome.gains,
            outcome.losses,
            alpha=acceptance.alpha,
            margin=acceptance.margin,
        )
        base_low, base_high = accuracy_bounds(outcome.rows, outcome.base_correct)
        low, high = accuracy_bounds(outcome.rows, outcome.correct)
    except ValueError as error:
        raise UsageError(f"the counts contradict each other: {error}") from error
    return Measured(
        base_accuracy=outcome.base_accuracy,
        base_low=base_low,
        base_high=base_high,
        accuracy=outcome.accuracy,
        accuracy_low=low,
        accuracy_high=high,
        difference=test.difference,
        difference_low=test.ci_low,
        difference_high=test.ci_high,
        p_value=test.p_value,
        meets_rule=test.learned,
    )


def disagreements(stated: Measured, counted: Measured) -> tuple[str, ...]:
    """Names of the figures in `stated` that are not those that were counted."""
    wrong = []
    for name, value in stated:
        other = getattr(counted, name)
        if isinstance(value, bool):
            same = value == other
        else:
            same = math.isclose(value, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE**2)
        if not same:
            wrong.append(name)
    return tuple(wrong)
