"""Sizing and billing formulas: pure arithmetic that oracle and platform share.

No clock enters here: hours come from planned or executed steps and the pool's certified
throughput.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from fde_env.contract.memory import KEPT, Same
from fde_env.contract.policy import Cluster, Policy, Pool, PriceList
from fde_env.contract.submissions.config import ConfigSubmission


@dataclass(frozen=True, slots=True)
class Bill:
    """Wall hours, GPU-hours and US dollars of a job on one pool."""

    hours: float
    gpu_hours: float
    rate_usd: float
    cost_usd: float


def rows_per_step(config: ConfigSubmission) -> int:
    """Rows of one optimiser step: batch_size x accumulation."""
    return config.batch_size * config.accumulation


def bill(steps: int, rows: int, pool: Pool, prices: PriceList) -> Bill:
    """Bill of `steps` optimiser steps of `rows` rows each on `pool`.

    hours = steps x rows x billed_tokens_per_row / tokens_per_second / 3600.
    """
    hours = steps * rows * prices.billed_tokens_per_row / pool.tokens_per_second / 3600
    rate = prices.rate(pool.node_type)
    gpu_hours = hours * pool.gpu_count
    return Bill(hours=hours, gpu_hours=gpu_hours, rate_usd=rate, cost_usd=gpu_hours * rate)


def planned_bill(config: ConfigSubmission, pool: Pool, prices: PriceList) -> Bill:
    """Bill of the whole job that `config` describes."""
    return bill(config.max_steps, rows_per_step(config), pool, prices)


def memory_needed_gib(cluster: Cluster, config: ConfigSubmission) -> float:
    """GiB that weights and one micro-batch need, over all GPUs of a pool."""
    weights = cluster.parameters_billion * cluster.bytes_per_parameter
    return weights + cluster.activation_gib_per_row * config.batch_size


def fits_memory(cluster: Cluster, pool: Pool, config: ConfigSubmission) -> bool:
    """Whether the pool's GPUs, less the reserve on each, hold the job."""
    free = pool.gpu_count * (pool.memory_gib - cluster.reserve_gib)
    return free >= memory_needed_gib(cluster, config)


def find_pool(cluster: Cluster, node_type: str, gpu_count: int) -> Pool | None:
    """The pool with that node type and count, or None when it is not offered."""
    for pool in cluster.pools:
        if pool.node_type == node_type and pool.gpu_count == gpu_count:
            return pool
    return None


def feasible_pools(
    cluster: Cluster, prices: PriceList, policy: Policy, config: ConfigSubmission
) -> tuple[tuple[Pool, Bill], ...]:
    """Pools that fit memory, deadline and budget, cheapest first (ties: fewer GPUs)."""
    return _feasible_pools(Same(cluster), Same(prices), Same(policy), config)


# A ticket's documents are made once, and every episode on it asks this several times.
@lru_cache(maxsize=KEPT)
def _feasible_pools(
    of_cluster: Same[Cluster],
    of_prices: Same[PriceList],
    of_policy: Same[Policy],
    config: ConfigSubmission,
) -> tuple[tuple[Pool, Bill], ...]:
    cluster, prices, policy = of_cluster.value, of_prices.value, of_policy.value
    offers = [(pool, planned_bill(config, pool, prices)) for pool in cluster.pools]
    fitting = [
        (pool, cost)
        for pool, cost in offers
        if fits_memory(cluster, pool, config)
        and cost.hours <= policy.deadline_hours
        and cost.cost_usd <= policy.budget_usd
    ]
    return tuple(sorted(fitting, key=lambda item: (item[1].cost_usd, item[0].gpu_count)))
