"""What runs cost, what a failure that nobody saw cost, and what a halt would have saved.

Bills follow the meter: steps x rows x billed tokens over the pool's certified throughput,
times the price. No clock enters. A tiny base is billed as the nominal base it stands in for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fde_env.bench.plan import Price
from fde_env.contract.evidence import Evidence
from fde_env.contract.meter import Bill, bill, rows_per_step


@dataclass(frozen=True)
class RunMoney:
    """Bill of a run, and of its part after the first alarm.

    Attributes:
        gpu_hours: metered GPU-hours.
        rate_usd: price of one GPU-hour.
        cost_usd: the bill.
        saved_usd: what a halt at the first alarm of either detector leaves unspent; 0 without
            an alarm.
    """

    gpu_hours: float
    rate_usd: float
    cost_usd: float
    saved_usd: float


def run_money(evidence: Evidence, price: Price) -> RunMoney:
    """Money of one run."""
    whole = _bill(evidence, price, len(evidence.steps))
    first = min((alarm.step for alarm in evidence.alarms), default=None)
    halted = whole if first is None else _bill(evidence, price, first)
    return RunMoney(
        gpu_hours=whole.gpu_hours,
        rate_usd=whole.rate_usd,
        cost_usd=whole.cost_usd,
        saved_usd=whole.cost_usd - halted.cost_usd,
    )


def _bill(evidence: Evidence, price: Price, steps: int) -> Bill:
    return bill(steps, rows_per_step(evidence.spec.config), price.pool, price.prices)


@dataclass(frozen=True)
class StudyMoney:
    """Dollars over a whole study.

    Attributes:
        spent_usd: all bills.
        tbdl_usd: bills of runs that trained without learning.
        saved_usd: part of `tbdl_usd` that halting at the first alarm would have saved.
        lost_usd: what halting would have cut from runs that learned (false alarms).
    """

    spent_usd: float
    tbdl_usd: float
    saved_usd: float
    lost_usd: float


def study_money(runs: Sequence[tuple[RunMoney, bool]]) -> StudyMoney:
    """Sum up (money, whether the run is TBDL)."""
    return StudyMoney(
        spent_usd=sum(money.cost_usd for money, _ in runs),
        tbdl_usd=sum(money.cost_usd for money, tbdl in runs if tbdl),
        saved_usd=sum(money.saved_usd for money, tbdl in runs if tbdl),
        lost_usd=sum(money.saved_usd for money, tbdl in runs if not tbdl),
    )
