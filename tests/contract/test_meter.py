"""The sizing and billing formulas against sums done by hand, and what must follow from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_env.contract.meter import (
    bill,
    feasible_pools,
    find_pool,
    fits_memory,
    memory_needed_gib,
    planned_bill,
    rows_per_step,
)
from fde_env.contract.policy import Cluster, ConfigRegion, Policy, Pool, PriceList
from fde_env.contract.submissions.config import ConfigSubmission
from fde_env.contract.submissions.plan import Acceptance

PRICES = PriceList(
    usd_per_gpu_hour=(("H200", 3.0), ("A40", 0.5)), billed_tokens_per_row=128, assumed=("A40",)
)
ONE_H200 = Pool(
    node_type="H200", gpu_count=1, region="eu-west", memory_gib=131.0, tokens_per_second=8_192.0
)
TWO_H200 = Pool(
    node_type="H200", gpu_count=2, region="eu-west", memory_gib=131.0, tokens_per_second=14_000.0
)
ONE_A40 = Pool(
    node_type="A40", gpu_count=1, region="eu-west", memory_gib=44.0, tokens_per_second=2_000.0
)
CONFIG = ConfigSubmission(
    learning_rate=2e-3,
    batch_size=8,
    accumulation=2,
    max_steps=300,
    lora_rank=16,
    lora_alpha=32,
    lora_targets=("q_proj",),
    max_length=128,
    precision="bf16",
    seed=1,
)


def cluster(billions: float = 8.0, *pools: Pool) -> Cluster:
    return Cluster(
        nominal_base="Qwen3-8B",
        parameters_billion=billions,
        bytes_per_parameter=2.0,
        activation_gib_per_row=0.5,
        reserve_gib=4.0,
        pools=pools or (TWO_H200, ONE_H200, ONE_A40),
    )


def policy(budget_usd: float = 100.0, deadline_hours: float = 24.0) -> Policy:
    return Policy(
        acceptance=Acceptance(
            split="held_out", test="mcnemar_exact_one_sided", alpha=0.05, margin=0.15
        ),
        alarm_policy="halt",
        production_needs_approval=True,
        region=ConfigRegion(
            learning_rate_low=1e-3,
            learning_rate_high=3e-3,
            rows_per_step=16,
            batch_size_high=16,
            max_steps=300,
            lora_ranks=(16,),
            alpha_over_rank=2,
            lora_targets=("q_proj",),
            max_length_high=128,
            precision="bf16",
            seed=1,
        ),
        served_prompt_format="intent_line",
        budget_usd=budget_usd,
        deadline_hours=deadline_hours,
    )


def test_the_bill_by_hand() -> None:
    # 300 steps x 16 rows x 128 tokens = 614,400 tokens; at 8,192 a second that is 75 s.
    due = planned_bill(CONFIG, ONE_H200, PRICES)
    assert rows_per_step(CONFIG) == 16
    assert due.hours == pytest.approx(75 / 3600)
    assert due.gpu_hours == due.hours
    assert due.cost_usd == pytest.approx(75 / 3600 * 3.0)


def test_every_gpu_of_a_pool_is_billed() -> None:
    due = bill(300, 16, TWO_H200, PRICES)
    assert due.gpu_hours == 2 * due.hours
    assert due.cost_usd == pytest.approx(due.gpu_hours * 3.0)


@given(run=st.integers(1, 300), rows=st.integers(1, 64))
def test_a_halted_run_pays_for_its_steps_and_no_more(run: int, rows: int) -> None:
    whole, part = bill(300, rows, ONE_A40, PRICES), bill(run, rows, ONE_A40, PRICES)
    assert part.cost_usd == pytest.approx(whole.cost_usd * run / 300)


def test_memory_by_hand() -> None:
    # 8 billion x 2 bytes + 8 rows x 0.5 GiB = 20 GiB; an A40 has 44 - 4 = 40 free.
    assert memory_needed_gib(cluster(), CONFIG) == pytest.approx(20.0)
    assert fits_memory(cluster(), ONE_A40, CONFIG)
    # 18 billion need 40 GiB, which is just held; a row more is not.
    assert fits_memory(cluster(18.0), ONE_A40, CONFIG)
    more = CONFIG.model_copy(update={"batch_size": 9})
    assert not fits_memory(cluster(18.0), ONE_A40, more)


def test_the_reserve_is_kept_on_every_gpu() -> None:
    assert fits_memory(cluster(125.0), TWO_H200, CONFIG)  # 254 = 2 x (131 - 4)
    assert not fits_memory(cluster(125.5), TWO_H200, CONFIG)


def test_accumulation_needs_no_memory() -> None:
    more = CONFIG.model_copy(update={"accumulation": 64})
    assert memory_needed_gib(cluster(), more) == memory_needed_gib(cluster(), CONFIG)


def test_feasible_pools_come_cheapest_first() -> None:
    found = feasible_pools(cluster(), PRICES, policy(), CONFIG)
    assert [pool for pool, _ in found] == [ONE_A40, ONE_H200, TWO_H200]
    assert [due.cost_usd for _, due in found] == sorted(due.cost_usd for _, due in found)


def test_memory_deadline_and_budget_each_rule_a_pool_out() -> None:
    def offered(*, billions: float = 8.0, **limits: float) -> list[Pool]:
        found = feasible_pools(cluster(billions), PRICES, policy(**limits), CONFIG)
        return [pool for pool, _ in found]

    slow = planned_bill(CONFIG, ONE_A40, PRICES).hours
    dear = planned_bill(CONFIG, TWO_H200, PRICES).cost_usd
    assert offered(billions=30.0) == [ONE_H200, TWO_H200]
    assert offered(deadline_hours=slow * 0.99) == [ONE_H200, TWO_H200]
    assert offered(budget_usd=dear * 0.99) == [ONE_A40, ONE_H200]
    assert offered(deadline_hours=slow) == [ONE_A40, ONE_H200, TWO_H200]
    assert offered(billions=500.0) == []


def test_equal_prices_go_to_fewer_gpus() -> None:
    twice = TWO_H200.model_copy(update={"tokens_per_second": 2 * ONE_H200.tokens_per_second})
    found = feasible_pools(cluster(8.0, twice, ONE_H200), PRICES, policy(), CONFIG)
    assert [pool.gpu_count for pool, _ in found] == [1, 2]


def test_a_pool_is_found_by_type_and_count() -> None:
    assert find_pool(cluster(), "H200", 2) == TWO_H200
    assert find_pool(cluster(), "H200", 4) is None
    assert find_pool(cluster(), "L40S", 1) is None
