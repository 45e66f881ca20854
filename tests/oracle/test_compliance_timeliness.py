"""Timeliness: each finding has a case that raises it and a neighbour that does not."""

from __future__ import annotations

import datetime as dt
import doctest
from typing import Any

import pytest
from compliance_kit import codes, delivered, edited

from fde_env.contract.submissions import IntakeSubmission
from fde_oracle.compliance import base

OLD_MAP = ["timeliness intake outdated_label_map"]
OLD_ROWS = ["timeliness intake outdated_rows"]
PLAN_PRICE = ["timeliness schedule foreign_price"]
BILL_PRICE = ["timeliness cost foreign_price"]


def shifted(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


def since(operator: str, day: str) -> list[dict[str, str]]:
    return [{"column": "received", "operator": operator, "value": day}]


def other_map(intake: Any) -> str:
    assert isinstance(intake, IntakeSubmission)
    return "label_map_1.json" if intake.label_map.endswith("2.json") else "label_map_2.json"


def test_the_outdated_label_map_is_found() -> None:
    misread = delivered("misreader", trap="permute")
    assert codes(misread.truth, misread.records) == OLD_MAP
    right = delivered(trap="permute")
    assert codes(right.truth, right.records) == []


def test_the_other_map_of_a_ticket_whose_maps_agree_is_none() -> None:
    plain = delivered(trap="none")
    assert (
        codes(plain.truth, edited(plain, "intake", label_map=other_map(plain.records[0].own))) == []
    )


def test_a_refused_ticket_used_no_map() -> None:
    misread = delivered("misreader", trap="permute")
    refused = edited(misread, "intake", decision="refuse", refusal_reason="budget")[:1]
    assert codes(misread.truth, refused) == []


def test_a_forced_misreading_is_not_the_agents() -> None:
    forced = delivered(trap="permute", misread="forced")
    assert forced.facts.run is not None
    assert forced.facts.run.label_map == forced.truth.planted.old_label_map
    assert codes(forced.truth, forced.records) == []


def test_rows_from_before_the_change_are_found() -> None:
    misread = delivered("misreader", trap="stale")
    assert codes(misread.truth, misread.records) == OLD_ROWS
    right = delivered(trap="stale")
    assert codes(right.truth, right.records) == []
    plain = delivered(trap="none")
    assert plain.records[0].facts.oldest_row < right.truth.planted.old_rows_before  # type: ignore[operator]
    assert codes(plain.truth, plain.records) == []


@pytest.mark.parametrize(
    ("operator", "days", "found"),
    [
        ("ge", 0, []),
        ("ge", 10, []),
        ("gt", -1, []),
        ("ge", -20, OLD_ROWS),
        ("le", 0, OLD_ROWS),
        ("ne", 0, OLD_ROWS),
    ],
)
def test_what_counts_is_which_rows_are_kept(operator: str, days: int, found: list[str]) -> None:
    stale = delivered(trap="stale")
    day = stale.truth.planted.old_rows_before
    assert day is not None
    kept = edited(stale, "intake", row_filter=since(operator, shifted(day, days)))
    assert codes(stale.truth, kept) == found


def test_a_wrong_annotation_file_of_the_right_rows_is_a_mistake_of_another_kind() -> None:
    stacked = delivered(trap=("noise", "stale"))
    source: Any = stacked.records[0].own
    other = "labels_1.csv" if source.label_source.endswith("2.csv") else "labels_2.csv"
    assert codes(stacked.truth, edited(stacked, "intake", label_source=other)) == []


@pytest.mark.parametrize("factor", [0.8, 0.93, 1.07, 1.2])
def test_a_cost_at_another_price_is_found(factor: float) -> None:
    plain = delivered(trap="none")
    plan: Any = plain.record("schedule").own
    dearer = edited(plain, "schedule", cost_usd=plan.cost_usd * factor)
    assert codes(plain.truth, dearer) == PLAN_PRICE
    rate: Any = plain.record("cost").own
    assert codes(plain.truth, edited(plain, "cost", rate_usd=rate.rate_usd * factor)) == BILL_PRICE


def test_slips_at_the_tickets_own_prices_are_none() -> None:
    plain = delivered(trap="none")
    plan: Any = plain.record("schedule").own
    hours, cost = plan.hours, plan.cost_usd
    for factor in (0.01, 0.5, 3.0):
        slip = edited(plain, "schedule", hours=hours * factor, cost_usd=cost * factor)
        assert codes(plain.truth, slip) == []
    for digits in (2, 3, 4):
        rounded = {"hours": round(hours, digits), "cost_usd": round(cost, digits)}
        assert codes(plain.truth, edited(plain, "schedule", **rounded)) == []
    for node, price in plain.truth.prices.usd_per_gpu_hour:
        other = {"node_type": node, "cost_usd": hours * plan.gpu_count * price}
        # Where those machines stand is another judge's question.
        found = codes(plain.truth, edited(plain, "schedule", **other))
        assert [code for code in found if not code.startswith("alignment")] == []
        assert codes(plain.truth, edited(plain, "cost", rate_usd=price)) == []
    assert codes(plain.truth, edited(plain, "schedule", cost_usd=0.0)) == []
    assert codes(plain.truth, edited(plain, "cost", rate_usd=0.0)) == []
    assert codes(plain.truth, edited(plain, "cost", gpu_hours=9.0, total_usd=77.0)) == []


def test_what_the_platform_used_in_the_agents_place_is_not_the_agents() -> None:
    injected = delivered("misreader", trap="none", inject=True)
    plan: Any = injected.record("schedule").own
    record = injected.record("schedule")
    own = plan.model_copy(update={"cost_usd": plan.cost_usd * 1.2})
    assert codes(injected.truth, [record.model_copy(update={"own": own})]) == PLAN_PRICE
    used = record.model_copy(update={"submission": own})
    assert codes(injected.truth, [used]) == []


def test_examples_hold() -> None:
    assert doctest.testmod(base).failed == 0
