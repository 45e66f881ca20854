"""What thousands of live deliveries cost: `python -m fde_env.evaluate.scale` writes `scale.md`.

Bills come from the meter, wall time from the bills and from measured overheads. A test writes the
page again and compares, so it cannot drift from prices, throughputs or formulas.
"""

from __future__ import annotations

import math
import random
import sys
from dataclasses import dataclass
from typing import Final

from fde_env.contract.meter import Bill, fits_memory, planned_bill, rows_per_step
from fde_env.contract.policy import Pool
from fde_env.contract.run_spec import CellKey
from fde_env.evaluate.overheads import BILLS, Overheads, read_overheads
from fde_env.tickets.terms import (
    BILLED_TOKENS_PER_ROW,
    PARAMETERS_BILLION,
    cluster_for,
    price_list,
    reference_config,
)

DELIVERIES: Final = 10_000
NOMINAL: Final = "Qwen/Qwen3-8B"
CELL: Final = CellKey(domain="bank", data_seed=1, size="full")
GPUS_A_NODE: Final = 8
NODE_COUNTS: Final = (1, 2, 4, 8, 16, 32)
# Assumptions of this page alone; the rest is the meter's, or measured.
LOAD_GB_PER_SECOND: Final = 1.0
BYTES_PER_PARAMETER: Final = 2.0
AGENT_SECONDS: Final = (0.0, 180.0)


class _Middle(random.Random):
    """Draws the middle, so that tickets' own code gives prices and speeds as they are on average.

    >>> _Middle().uniform(0.9, 1.1)
    1.0
    """

    def uniform(self, a: float, b: float) -> float:
        """The middle of a and b."""
        return (a + b) / 2


@dataclass(frozen=True)
class Offer:
    """A pool at its average price and throughput, with the bill of one delivery on it."""

    pool: Pool
    bill: Bill
    assumed: bool


def offers(counts: tuple[int, ...] = (1, 8)) -> tuple[Offer, ...]:
    """Every pool of so many GPUs that holds the base and the job."""
    config, prices = reference_config(CELL), price_list(_Middle())
    cluster = cluster_for(NOMINAL, "any", _Middle(), random.Random(0))
    return tuple(
        Offer(pool, planned_bill(config, pool, prices), pool.node_type in prices.assumed)
        for pool in cluster.pools
        if pool.gpu_count in counts and fits_memory(cluster, pool, config)
    )


@dataclass(frozen=True)
class Held:
    """How long one delivery keeps its GPU, in seconds.

    Attributes:
        billed: Training, as the meter has it.
        scoring: Probe and final scoring.
        starting: Sandbox, interpreter, libraries, and the weights from the disk.
        platform: Environment, and a unit's way to the worker and back.
        agent: Waiting for the agent's model; the GPU waits as well.
    """

    billed: float
    scoring: float
    starting: float
    platform: float
    agent: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.billed + self.scoring + self.starting + self.platform + self.agent


def held(bill: Bill, overheads: Overheads, agent: float) -> Held:
    """What a delivery on one GPU keeps it for, with so many seconds of the agent's thinking."""
    billed = bill.hours * 3600
    weights = dict(PARAMETERS_BILLION)[NOMINAL] * BYTES_PER_PARAMETER / LOAD_GB_PER_SECOND
    return Held(
        billed=billed,
        scoring=billed * overheads.scoring_share,
        starting=overheads.job_start_s + weights,
        platform=overheads.delivery_cpu_s + overheads.ticket_cpu_s + overheads.ray_unit_s,
        agent=agent,
    )


def wall_hours(nodes: int, each: Held, overheads: Overheads) -> float:
    """Hours for all deliveries on so many nodes, one delivery a GPU at a time.

    Deliveries are alike, so the last round is as long as the first; whoever writes the results
    does so one after the other, which bounds the rest.
    """
    rounds = math.ceil(DELIVERIES / (nodes * GPUS_A_NODE))
    playing = overheads.ray_start_s + rounds * each.seconds
    return max(playing, DELIVERIES * overheads.ledger_cpu_s) / 3600


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def cost_table() -> str:
    """Bill of one delivery and of all, by pool."""
    rows = []
    for offer in offers():
        pool, bill = offer.pool, offer.bill
        rows.append(
            [
                f"{pool.gpu_count} x {pool.node_type}",
                f"{bill.rate_usd:.2f}{' (assumed)' if offer.assumed else ''}",
                f"{pool.tokens_per_second:,.0f}",
                f"{bill.hours * 60:.1f}",
                f"{bill.gpu_hours:.3f}",
                f"{bill.cost_usd:.2f}",
                f"{bill.gpu_hours * DELIVERIES:,.0f}",
                f"{bill.cost_usd * DELIVERIES:,.0f}",
            ]
        )
    head = ["pool", "$ a GPU-hour", "tokens/s", "minutes", "GPU-hours", "$"]
    return _table([*head, f"GPU-hours of {DELIVERIES:,}", f"$ of {DELIVERIES:,}"], rows)


def overhead_table(overheads: Overheads, bill: Bill) -> str:
    """What keeps the GPU beyond what is billed."""
    each = held(bill, overheads, 0.0)
    share = f"{overheads.scoring_share:.1%} of training, median of {overheads.recorded_runs} runs"
    rows = [
        ["training", f"{each.billed:,.0f}", "the meter"],
        ["probe and final scoring", f"{each.scoring:,.0f}", share],
        ["start of a cold job", f"{overheads.job_start_s:,.1f}", "measured on busy cores"],
        [
            "weights from the disk",
            f"{each.starting - overheads.job_start_s:,.1f}",
            f"assumed: {LOAD_GB_PER_SECOND:g} GB/s",
        ],
        ["preparing a ticket", f"{overheads.ticket_cpu_s:.3f}", "measured, CPU time"],
        ["environment", f"{overheads.delivery_cpu_s:.3f}", "measured, CPU time"],
        ["a unit's way through Ray", f"{overheads.ray_unit_s:.3f}", "measured, median"],
        ["in all", f"{each.seconds:,.0f}", f"billed: {each.billed / each.seconds:.0%}"],
    ]
    return _table(["one delivery", "seconds", "from"], rows)


def wall_table(overheads: Overheads, offer: Offer) -> str:
    """Wall time and rent by nodes, for each assumption of how long the agent thinks."""
    rows = []
    for nodes in NODE_COUNTS:
        cells = [str(nodes), str(nodes * GPUS_A_NODE)]
        for agent in AGENT_SECONDS:
            hours = wall_hours(nodes, held(offer.bill, overheads, agent), overheads)
            rent = hours * nodes * GPUS_A_NODE * offer.bill.rate_usd
            cells += [f"{hours:,.1f}", f"{rent:,.0f}"]
        rows.append(cells)
    head = [
        title
        for agent in AGENT_SECONDS
        for title in (f"hours, agent {agent:g} s", f"rent $, agent {agent:g} s")
    ]
    return _table(["nodes", "GPUs", *head], rows)


def page() -> str:
    """Compose the whole of `scale.md`."""
    overheads, config = read_overheads(), reference_config(CELL)
    one = next(item for item in offers() if item.pool.gpu_count == 1)
    tokens = config.max_steps * rows_per_step(config) * BILLED_TOKENS_PER_ROW
    limit = 3600 / overheads.ledger_cpu_s
    return f"""# What {DELIVERIES:,} live deliveries of an 8B base cost

Written by `python -m fde_env.evaluate.scale`; a test writes it again and compares. No such run was
made: bills are the meter's, which no clock enters, and wall time is reckoned from them and from
overheads that were measured without a GPU.

## The bill

{NOMINAL} under c*: {config.max_steps} steps x {rows_per_step(config)} rows x \
{BILLED_TOKENS_PER_ROW:,} billed tokens =
{tokens / 1e6:.2f} million tokens a delivery. Throughputs are assumptions, and so are all prices
but the H200's. Pools are those that tickets offer, at the middle of what tickets draw.

{cost_table()}

One GPU a delivery is the cheapest way: more of them finish a delivery sooner, at less than their
number's worth.

## What a delivery keeps a GPU for

On {one.pool.gpu_count} x {one.pool.node_type}. Measured on {overheads.machine}, by
`python -m fde_env.evaluate.overheads`; only training is billed.

{overhead_table(overheads, one.bill)}

The share of scoring is that of tiny bases on a CPU. A unit holds its GPU while the agent thinks, so
a slow model costs rent: below with {AGENT_SECONDS[0]:g} and with {AGENT_SECONDS[1]:g} s a delivery.
A failed try is not billed, but its time is rent as well.

## Wall time by nodes

Nodes of {GPUS_A_NODE} x {one.pool.node_type}, one delivery a GPU at a time, deliveries alike:
hours = Ray's start ({overheads.ray_start_s:.0f} s) + ceil({DELIVERIES:,} / GPUs) x seconds of one.

{wall_table(overheads, one)}

It falls with the nodes almost evenly, as deliveries share nothing but the process that writes
results. Entering a bill behind {BILLS:,} others takes that process {overheads.ledger_cpu_s:.2f} s
of CPU, so it keeps up with {limit:,.0f} deliveries an hour. Records and adapters that come back
from nodes with a store of their own add what the network takes; with a shared store nothing is
sent.

    fde bench bench.toml --executor ray --address auto --execution live
"""


if __name__ == "__main__":
    sys.stdout.write(page())
