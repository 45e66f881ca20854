"""The suite: enough tickets, the same factors everywhere, splits that share nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from fde_env.errors import UsageError
from fde_env.suite.cells import HANDLINGS, train_cells, unseen_cells
from fde_env.suite.tickets import FACTORS, find_ticket, suite
from fde_env.tickets.domains import domain_names
from fde_env.tickets.traps import TRAPS


def test_every_domain_has_every_set_of_factors_once() -> None:
    tickets = suite("train")
    assert len(tickets) == len(domain_names()) * len(FACTORS) >= 120
    assert Counter((t.spec.domain, t.factors) for t in tickets).most_common(1)[0][1] == 1


def test_factors_cover_every_trap_and_every_reason_alone() -> None:
    alone = {factors.traps for factors in FACTORS if factors.infeasible == "none"}
    assert {(name,) for name in TRAPS} <= alone
    assert len({factors.infeasible for factors in FACTORS}) == 7
    assert all(list(factors.traps) == sorted(factors.traps) for factors in FACTORS)


def test_ids_are_known_without_generating_a_ticket() -> None:
    ticket = suite("train")[40]
    assert ticket.generate().ticket_id == ticket.ticket_id
    ids = [item.ticket_id for split in ("train", "held_back") for item in suite(split)]
    assert len(set(ids)) == len(ids)


def test_splits_share_no_seed_and_unseen_cells_are_nobodys_training_cell() -> None:
    train, held_back = suite("train"), suite("held_back")
    assert {t.spec.seed for t in train}.isdisjoint(t.spec.seed for t in held_back)
    cells = {(t.spec.domain, t.spec.base, t.spec.data_seed) for t in train}
    unseen = [t for t in held_back if not t.seen]
    assert len(unseen) >= 40
    assert cells.isdisjoint((t.spec.domain, t.spec.base, t.spec.data_seed) for t in unseen)
    assert all((t.spec.domain, t.spec.base, t.spec.data_seed) in cells for t in held_back if t.seen)


def test_options_make_the_ticket() -> None:
    ticket = suite("held_back")[5]
    assert ticket.options.fixed_spec() == ticket.spec


def test_cells_are_few_and_bases_take_turns() -> None:
    assert len(train_cells()) == len(domain_names())
    assert len({cell.base for cell in train_cells()}) == len({cell.base for cell in unseen_cells()})
    assert len(HANDLINGS) <= 12


def test_an_unknown_ticket_and_an_unknown_split_are_refused() -> None:
    with pytest.raises(UsageError, match="fde tickets list"):
        find_ticket("T-0000000000")
    with pytest.raises(UsageError, match="train, held_back"):
        suite("dev")  # type: ignore[arg-type]
