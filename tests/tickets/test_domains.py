"""Every domain has the shape that the generator and the predictor rely on."""

from __future__ import annotations

import random
from dataclasses import astuple

import pytest

from fde_env.tickets.domain import PROBLEMS, PRODUCTS
from fde_env.tickets.domains import domain_names, load_domain
from fde_env.tickets.language import message


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


@pytest.mark.parametrize("name", domain_names())
def test_people_are_named_and_only_the_background_is_a_sentence(name: str) -> None:
    *words, background = astuple(load_domain(name).people)
    assert all(word and word == word.strip() and not word.endswith(".") for word in words)
    assert background.endswith(".")
    assert background.count(".") == 1


def test_no_two_domains_share_their_people() -> None:
    people = [load_domain(name).people for name in domain_names()]
    for field in ("support", "data", "learning", "reviewers", "software", "background"):
        assert len({getattr(who, field) for who in people}) == len(people), field


@pytest.mark.parametrize("name", domain_names())
def test_messages_are_of_a_customers_length(name: str) -> None:
    domain, rng = load_domain(name), random.Random(name)
    messages = [message(domain, intent, rng) for intent in range(77) for _ in range(20)]
    assert max(map(len, messages)) < 420
    assert not [text for text in messages if "{" in text or "  " in text]
