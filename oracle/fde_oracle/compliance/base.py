"""What all judges of compliance share: a shape, and tolerance for rounded figures.

A judge reads what the agent itself sent (`record.own`), never a verdict: whether somebody is able
is another question than whether they kept to what was agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from fde_env.contract.compliance import Finding
from fde_env.contract.record import StageRecord
from fde_env.contract.truth import Truth

Records = Sequence[StageRecord]
Judge = Callable[[Truth, Records], tuple[Finding, ...]]


def half_digit(value: float) -> float:
    """Half a unit of the last decimal place that `value` is written with.

    >>> half_digit(0.25), half_digit(3.0)
    (0.005, 0.05)
    """
    exponent = Decimal(repr(value)).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)
