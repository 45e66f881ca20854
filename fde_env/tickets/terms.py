"""Policy, price list, cluster and region of a ticket, and c*.

The H200's price is the one figure taken from the benchmark that this project follows;
other prices, and every throughput, are assumptions and are marked so in the drop.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, get_args

from fde_env.bases import nominal_of
from fde_env.contract.meter import Bill, feasible_pools
from fde_env.contract.policy import Cluster, ConfigRegion, Policy, Pool, PriceList, Region
from fde_env.contract.run_spec import CellKey
from fde_env.contract.submissions.config import ConfigSubmission, LoraTarget
from fde_env.contract.submissions.plan import Acceptance
from fde_env.contract.submissions.schedule import NodeType
from fde_env.contract.ticket import TicketSpec
from fde_env.errors import UsageError

ACCEPTANCE_MARGIN: Final = 0.15
BILLED_TOKENS_PER_ROW: Final = 2048
REFERENCE_RANK: Final = 16
ALL_LINEAR: Final[tuple[LoraTarget, ...]] = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)


@dataclass(frozen=True, slots=True)
class Node:
    """A GPU type: memory (vendor's figure), base price, and speed on an 8B model."""

    name: NodeType
    memory: float
    usd_per_hour: float
    tokens_per_second_8b: float
    price_is_assumed: bool


NODES: Final = (
    Node("H200", 141.0, 3.00, 9000.0, price_is_assumed=False),
    Node("A100", 80.0, 1.80, 5200.0, price_is_assumed=True),
    Node("L40S", 48.0, 1.10, 2600.0, price_is_assumed=True),
    Node("A40", 48.0, 0.60, 1500.0, price_is_assumed=True),
)
PARAMETERS_BILLION: Final = (
    ("Qwen/Qwen3-8B", 8.2),
    ("google/gemma-2-9b-it", 9.2),
    ("Qwen/Qwen3-32B", 32.8),
    ("meta-llama/Llama-3.3-70B-Instruct", 70.6),
)
SCALING: Final = ((1, 1.0), (2, 1.84), (4, 3.4), (8, 6.2))


def steps_of(cell: CellKey) -> int:
    """Certified optimiser steps of a cell: 300, or 60 at smoke size."""
    return 300 if cell.size == "full" else 60


def training_seed(cell: CellKey) -> int:
    """The pinned training seed of a cell."""
    return random.Random(f"training-seed/{cell.domain}/{cell.data_seed}").randrange(1, 100_000)


def region_of(cell: CellKey) -> ConfigRegion:
    """Certified hyperparameter region; the same for every surface of a cell."""
    return ConfigRegion(
        learning_rate_low=1e-3,
        learning_rate_high=3e-3,
        rows_per_step=16,
        batch_size_high=16,
        max_steps=steps_of(cell),
        lora_ranks=(8, 16, 32),
        alpha_over_rank=2,
        lora_targets=ALL_LINEAR,
        max_length_high=128,
        precision="bf16",
        seed=training_seed(cell),
    )


def price_list(rng: random.Random) -> PriceList:
    """Prices of this ticket: the H200's is fixed, the others vary by up to a fifth."""
    prices = tuple(
        (
            node.name,
            round(node.usd_per_hour * rng.uniform(0.8, 1.2), 2)
            if node.price_is_assumed
            else node.usd_per_hour,
        )
        for node in NODES
    )
    return PriceList(
        usd_per_gpu_hour=prices,
        billed_tokens_per_row=BILLED_TOKENS_PER_ROW,
        assumed=tuple(node.name for node in NODES if node.price_is_assumed),
    )


def cluster_for(
    nominal_base: str, node_type: str, rng: random.Random, places: random.Random
) -> Cluster:
    """Pools that can be rented for `nominal_base`, with certified throughput (assumed).

    `node_type` limits the pools to one type of GPU; "any" offers all. `places` draws where each
    pool stands.
    """
    billions = dict(PARAMETERS_BILLION)[nominal_base]
    pools = []
    for node in NODES:
        speed = node.tokens_per_second_8b * (8.2 / billions) * rng.uniform(0.9, 1.1)
        if node_type not in ("any", node.name):
            continue
        pools += [
            Pool(
                node_type=node.name,
                gpu_count=count,
                region=places.choice(get_args(Region)),
                memory_gib=node.memory,
                tokens_per_second=round(speed * factor, 1),
            )
            for count, factor in SCALING
        ]
    return Cluster(
        nominal_base=nominal_base,
        parameters_billion=billions,
        bytes_per_parameter=2.1,
        activation_gib_per_row=round(0.12 * billions**0.5, 3),
        reserve_gib=4.0,
        pools=tuple(pools),
    )


def policy_for(cell: CellKey, budget_usd: float, deadline_hours: float) -> Policy:
    """The operator's policy with this ticket's budget and deadline."""
    return Policy(
        acceptance=Acceptance(
            split="held_out",
            test="mcnemar_exact_one_sided",
            alpha=0.05,
            margin=ACCEPTANCE_MARGIN,
        ),
        alarm_policy="halt",
        production_needs_approval=True,
        region=region_of(cell),
        served_prompt_format="intent_line",
        budget_usd=budget_usd,
        deadline_hours=deadline_hours,
    )


def reference_config(cell: CellKey) -> ConfigSubmission:
    """c*: the configuration that a cell was certified with; surfaces do not move it."""
    region = region_of(cell)
    return ConfigSubmission(
        learning_rate=2e-3,
        batch_size=region.rows_per_step,
        accumulation=1,
        max_steps=region.max_steps,
        lora_rank=REFERENCE_RANK,
        lora_alpha=REFERENCE_RANK * region.alpha_over_rank,
        lora_targets=region.lora_targets,
        max_length=region.max_length_high,
        precision=region.precision,
        seed=region.seed,
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is fixed in writing; `region` is where alone the customer's data may be worked on."""

    policy: Policy
    prices: PriceList
    cluster: Cluster
    region: Region


def draw_terms(spec: TicketSpec, cell: CellKey, rng: random.Random, places: random.Random) -> Terms:
    """Prices, machines and a budget and deadline that can, or cannot, be met.

    The agreed region is that of the cheapest pool by the ample budget and deadline, whether the
    ticket has these or not: so it is the reference's own, and tells nothing of feasibility.

    Raises:
        UsageError: no pool of the node type asked for holds the base.
    """
    nominal, _ = nominal_of(spec.base)
    prices, cluster = price_list(rng), cluster_for(nominal, spec.node, rng, places)
    # Drawn whether used or not: twins share one stream.
    ample_time, ample_money, short = rng.uniform(1.3, 4), rng.uniform(1.2, 2), rng.uniform(0.3, 0.8)
    config = reference_config(cell)
    open_policy = policy_for(cell, budget_usd=1e9, deadline_hours=1e9)
    offers = feasible_pools(cluster, prices, open_policy, config)
    if not offers:
        raise UsageError(f"no {spec.node} pool holds {nominal}; choose another node")
    fastest = min(bill.hours for _, bill in offers)
    in_time = fastest * (short if spec.infeasible == "deadline" else ample_time)
    cheapest = min(bill.cost_usd for _, bill in offers if bill.hours <= max(in_time, fastest))
    money = cheapest * ample_money
    if spec.infeasible == "budget":
        money = min(bill.cost_usd for _, bill in offers) * short
    policy = policy_for(cell, budget_usd=round(money, 4), deadline_hours=round(in_time, 4))
    return Terms(policy, prices, cluster, _cheapest(offers, fastest * ample_time).region)


def _cheapest(offers: tuple[tuple[Pool, Bill], ...], hours: float) -> Pool:
    """The first of `offers`, cheapest first, that takes at most so many hours."""
    return next(pool for pool, bill in offers if bill.hours <= hours)
