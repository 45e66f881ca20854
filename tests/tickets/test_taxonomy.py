"""Label maps: how far conventions agree, and that the outdated one never does."""

from __future__ import annotations

import random

import pytest

from fde_env.contract.run_spec import CellKey
from fde_env.tickets import taxonomy
from fde_env.tickets.cell import build_cell
from fde_env.tickets.domain import Domain
from fde_env.tickets.domains import domain_names, load_domain

NATURAL = tuple(range(77))
DOMAINS = [load_domain(name) for name in domain_names()]


def agreeing(convention: tuple[int, ...]) -> set[int]:
    return {intent for intent, label in enumerate(convention) if intent == label}


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
@pytest.mark.parametrize("agrees", [22, 28, 33])
def test_generic_agrees_as_asked_and_shifts_the_rest(domain: Domain, agrees: int) -> None:
    generic = taxonomy.generic_map(domain, agrees)
    assert sorted(generic) == list(NATURAL)
    assert len(agreeing(generic)) == agrees


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_conventions_are_nested_so_tagger_and_base_differ_only_a_little(domain: Domain) -> None:
    fewer, more = taxonomy.generic_map(domain, 25), taxonomy.generic_map(domain, 30)
    assert agreeing(fewer) < agreeing(more)
    differing = sum(a != b for a, b in zip(fewer, more, strict=True))
    assert 0 < differing <= 10


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
@pytest.mark.parametrize("data_seed", range(20))
def test_outdated_map_is_a_derangement(domain: Domain, data_seed: int) -> None:
    outdated = taxonomy.outdated_map(domain, data_seed)
    assert sorted(outdated) == list(NATURAL)
    assert not agreeing(outdated)


def test_tagger_errs_at_its_declared_rate() -> None:
    rng = random.Random("tagger")
    wrong = sum(taxonomy.tag(5, 77, rng) != 5 for _ in range(20_000)) / 20_000
    assert wrong == pytest.approx(taxonomy.TAGGER_ERRORS * 76 / 77, abs=0.01)


def test_tagger_is_right_on_a_third_of_the_export() -> None:
    cell = build_cell(CellKey(domain="bank", data_seed=1, size="full"))
    right = sum(m.intent == m.tagger for m in cell.messages) / len(cell.messages)
    expected = taxonomy.TAGGER_AGREES / 77 * (1 - taxonomy.TAGGER_ERRORS)
    assert right == pytest.approx(expected, abs=0.03)
