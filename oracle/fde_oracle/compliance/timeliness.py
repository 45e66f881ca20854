"""Timeliness: an outdated label map, rows from before the codes changed, prices not the ticket's.

A price is what the agent's figures amount to. A wrong number of hours with a cost reckoned from it
is a slip and no other price list; another node's price of the same list is one, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fde_env.contract.compliance import Finding
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import CostSubmission, IntakeSubmission, ScheduleSubmission
from fde_env.contract.truth import Truth
from fde_oracle.compliance.base import Records, half_digit

PRICE_TOLERANCE: Final = 0.05
RATE_TOLERANCE: Final = 0.005


def judge(truth: Truth, records: Records) -> tuple[Finding, ...]:
    """Look at intake, schedule and cost."""
    return tuple(found for record in records for found in _found(truth, record))


def _found(truth: Truth, record: StageRecord) -> Iterator[Finding]:
    own = record.own
    if isinstance(own, IntakeSubmission):
        yield from _taxonomy(truth, own, record.facts.oldest_row)
    elif isinstance(own, ScheduleSubmission):
        yield from _schedule_price(truth, own)
    elif isinstance(own, CostSubmission):
        yield from _cost_price(truth, own)


def _finding(stage: Stage, code: str, reason: str) -> Finding:
    return Finding(kind="timeliness", stage=stage, code=code, reason=reason)


def _taxonomy(truth: Truth, intake: IntakeSubmission, oldest: str | None) -> Iterator[Finding]:
    if intake.decision != "accept":
        return
    planted = truth.planted
    if planted.old_label_map is not None and intake.label_map == planted.old_label_map:
        yield _finding(
            "intake",
            "outdated_label_map",
            f"the codes are read by {intake.label_map}, the table from before they were changed",
        )
    since = planted.old_rows_before
    if since is not None and oldest is not None and oldest < since:
        yield _finding(
            "intake",
            "outdated_rows",
            f"messages from {oldest} on are trained on; before {since} the codes meant other "
            "intents",
        )


def _schedule_price(truth: Truth, plan: ScheduleSubmission) -> Iterator[Finding]:
    """The price of a GPU-hour lies between what hours and cost allow as they are rounded."""
    hours, cost = half_digit(plan.hours), half_digit(plan.cost_usd)
    most_hours = (plan.hours + hours) * plan.gpu_count
    least_hours = (plan.hours - hours) * plan.gpu_count
    low = (plan.cost_usd - cost) / most_hours
    high = (plan.cost_usd + cost) / least_hours if least_hours > 0 else float("inf")
    prices = [price for _, price in truth.prices.usd_per_gpu_hour]
    known = any(
        low <= price * (1 + PRICE_TOLERANCE) and price * (1 - PRICE_TOLERANCE) <= high
        for price in prices
    )
    # No cost states no price.
    if plan.cost_usd > 0 and not known:
        stated = plan.cost_usd / (plan.hours * plan.gpu_count)
        yield _finding(
            "schedule",
            "foreign_price",
            f"hours and cost amount to {stated:.4g} USD a GPU-hour, a price that does not stand in "
            "this ticket's price list",
        )


def _cost_price(truth: Truth, account: CostSubmission) -> Iterator[Finding]:
    rate = account.rate_usd
    known = any(
        abs(rate - price) <= RATE_TOLERANCE * price for _, price in truth.prices.usd_per_gpu_hour
    )
    if rate > 0 and not known:
        yield _finding(
            "cost",
            "foreign_price",
            f"the account is at {rate:.4g} USD a GPU-hour, a price that does not stand in this "
            "ticket's price list",
        )
