"""The page about scale: written by its code, and its formulas by hand."""

from __future__ import annotations

from importlib.resources import files

import pytest

from fde_env.contract.meter import Bill
from fde_env.evaluate.overheads import Overheads, read_overheads
from fde_env.evaluate.scale import AGENT_SECONDS, Held, held, offers, page, wall_hours

NONE = Overheads(
    machine="none",
    ticket_cpu_s=0.0,
    delivery_cpu_s=0.0,
    ray_start_s=0.0,
    ray_unit_s=0.0,
    ledger_cpu_s=0.0,
    job_start_s=0.0,
    scoring_share=0.0,
    recorded_runs=0,
)


def test_the_page_is_what_the_code_writes() -> None:
    # Written by: python -m fde_env.evaluate.scale > fde_env/evaluate/scale.md
    assert files("fde_env.evaluate").joinpath("scale.md").read_text("utf-8") == page()


def test_an_h200_bills_a_delivery_by_hand() -> None:
    one = next(item for item in offers() if (item.pool.node_type, item.pool.gpu_count)[1] == 1)
    assert one.pool.node_type == "H200"
    assert not one.assumed
    hours = 300 * 16 * 2048 / 9000 / 3600
    assert one.bill.gpu_hours == pytest.approx(hours)
    assert one.bill.cost_usd == pytest.approx(3.0 * hours)


def test_eight_gpus_bill_more_hours_than_one_and_take_less_time() -> None:
    one, eight = offers()[:2]
    assert (one.pool.gpu_count, eight.pool.gpu_count) == (1, 8)
    assert eight.bill.hours < one.bill.hours
    assert eight.bill.gpu_hours > one.bill.gpu_hours


def test_rounds_are_whole_and_the_writer_bounds_them() -> None:
    hour = Held(billed=3600.0, scoring=0.0, starting=0.0, platform=0.0, agent=0.0)
    # 10,000 deliveries on 8 GPUs are 1,250 rounds; on 4,000 GPUs 2.5, so 3.
    assert wall_hours(1, hour, NONE) == 1250
    assert wall_hours(500, hour, NONE) == 3
    slow = NONE.model_copy(update={"ledger_cpu_s": 3.6})
    assert wall_hours(500, hour, slow) == 10


def test_a_delivery_holds_its_gpu_for_all_that_was_measured() -> None:
    measured = NONE.model_copy(
        update={
            "scoring_share": 0.25,
            "job_start_s": 10.0,
            "delivery_cpu_s": 1.0,
            "ticket_cpu_s": 2.0,
            "ray_unit_s": 3.0,
        }
    )
    bill = Bill(hours=0.1, gpu_hours=0.1, rate_usd=3.0, cost_usd=0.3)
    found = held(bill, measured, agent=5.0)
    weights = 8.2 * 2.0 / 1.0
    assert found.seconds == pytest.approx(360 + 90 + 10 + weights + 6 + 5)


def test_measured_figures_are_plausible_and_named() -> None:
    found = read_overheads()
    assert 0 < found.delivery_cpu_s < 1
    assert 0 < found.scoring_share < 1
    assert found.recorded_runs > 100
    assert AGENT_SECONDS[0] == 0
