"""Every domain has the shape that the generator and the predictor rely on."""

from __future__ import annotations

import pytest

from fde_env.tickets.domain import PROBLEMS, PRODUCTS
from fde_env.tickets.domains import domain_names, load_domain


@pytest.mark.parametrize("name", domain_names())
def test_domain_is_complete(name: str) -> None:
    domain = load_domain(name)
    assert domain.name == name
    assert len(domain.products) == PRODUCTS
    assert len(domain.problems) == PROBLEMS
    assert len(set(domain.intents)) == 77
    assert all(intent == intent.lower() for intent in domain.intents)


@pytest.mark.parametrize("name", domain_names())
def test_no_label_is_the_beginning_of_another(name: str) -> None:
    # Else a label's score would depend on how the end of a label is counted.
    intents = load_domain(name).intents
    assert not [(a, b) for a in intents for b in intents if a != b and b.startswith(a)]


@pytest.mark.parametrize("name", domain_names())
def test_phrases_have_their_slot_and_belong_to_one_topic(name: str) -> None:
    domain = load_domain(name)
    clauses = [phrase for problem in domain.problems for phrase in problem.phrases]
    names = [phrase for product in domain.products for phrase in product.phrases]
    assert all(phrase.count("{p}") == 1 for phrase in (*clauses, *domain.vague_problems))
    assert len(set(clauses)) == len(clauses)
    assert len({phrase.lower() for phrase in names}) == len(names)
