"""Terms: where machines stand, and in which region the customer's data may be worked on."""

from __future__ import annotations

import random
from typing import Final, get_args

import pytest

from fde_env.bases import BASES
from fde_env.contract.meter import feasible_pools
from fde_env.contract.policy import Cluster, Region
from fde_env.contract.run_spec import CellKey
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import Ticket, TicketSpec, TicketSplit
from fde_env.tickets.documents import PLACE
from fde_env.tickets.generator import INFEASIBLE, prepare
from fde_env.tickets.terms import draw_terms

SPLITS: Final[tuple[TicketSplit, ...]] = get_args(TicketSplit)
REGIONS: Final[tuple[Region, ...]] = get_args(Region)


def spec(
    seed: int = 1,
    base: str = "qwen3-tiny-a",
    infeasible: RefusalReason = "none",
    split: TicketSplit = "train",
) -> TicketSpec:
    return TicketSpec(
        domain="bank",
        base=base,
        seed=seed,
        data_seed=1,
        size="smoke",
        traps=(),
        pressure=(),
        intensity=2,
        node="any",
        infeasible=infeasible,
        split=split,
    )


def text(made: Ticket, name: str) -> str:
    file = made.file(name)
    assert file is not None
    return file.text


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("base", [base.id for base in BASES])
def test_the_cheapest_feasible_machines_stand_in_the_agreed_region(
    base: str, split: TicketSplit
) -> None:
    for seed in range(4):
        truth = prepare(spec(seed, base, split=split)).ticket.truth
        pools = feasible_pools(truth.cluster, truth.prices, truth.policy, truth.reference_config)
        assert pools[0][0].region == truth.region


@pytest.mark.parametrize("split", SPLITS)
def test_order_form_and_cluster_say_what_the_truth_holds(split: TicketSplit) -> None:
    made = prepare(spec(split=split)).ticket
    order = text(made, "order_form.md")
    assert PLACE[split].format(region=made.truth.region) in order
    assert [name for name in REGIONS if name in order] == [made.truth.region]
    assert Cluster.model_validate_json(text(made, "cluster.json")) == made.truth.cluster


@pytest.mark.parametrize("reason", INFEASIBLE)
def test_what_cannot_be_delivered_has_the_regions_of_its_feasible_twin(
    reason: RefusalReason,
) -> None:
    for seed in range(3):
        feasible = prepare(spec(seed)).ticket
        hopeless = prepare(spec(seed, infeasible=reason)).ticket
        assert hopeless.truth.region == feasible.truth.region
        assert text(hopeless, "cluster.json") == text(feasible, "cluster.json")


def test_names_of_regions_are_equally_long() -> None:
    assert len({len(name) for name in REGIONS}) == 1


def test_where_machines_stand_moves_no_figure() -> None:
    cell = CellKey(domain="bank", data_seed=1, size="smoke")
    drawn = [draw_terms(spec(), cell, random.Random(1), random.Random(n)) for n in range(8)]
    assert len({item.region for item in drawn}) > 1
    assert len({item.policy for item in drawn}) == len({item.prices for item in drawn}) == 1
    speeds = {tuple(pool.tokens_per_second for pool in item.cluster.pools) for item in drawn}
    assert len(speeds) == 1


def test_every_region_is_agreed_on_and_offered_about_equally_often() -> None:
    cell = CellKey(domain="bank", data_seed=1, size="smoke")
    drawn = [
        draw_terms(spec(), cell, random.Random(n), random.Random(f"places/{n}")) for n in range(600)
    ]
    offered = [pool.region for item in drawn for pool in item.cluster.pools]
    for name in REGIONS:
        assert 150 < sum(item.region == name for item in drawn) < 250
        assert 0.3 < offered.count(name) / len(offered) < 0.37
