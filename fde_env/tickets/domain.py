"""What a customer's domain is: plain data, one file a domain under `domains/`.

An intent is a product and a problem. The phrases are all the language that is the
domain's own; openers, politeness, typos and ambiguity are shared (`language.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

PRODUCTS, PROBLEMS = 11, 7


@dataclass(frozen=True)
class Topic:
    """A product or a problem: its name in the taxonomy and how customers put it."""

    name: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """Who writes the customer's mails, by department, and what their papers are called.

    Attributes:
        support: the department whose messages the model will read.
        data: the department that made the export.
        learning: the department that trained models before.
        reviewers: who settled the codes by hand, in the plural: "clerks".
        software: where the delivered model answers, after "our": "desk software".
        background: one sentence of small talk about the line of business; it helps nobody.
    """

    support: str
    data: str
    learning: str
    reviewers: str
    software: str
    background: str


@dataclass(frozen=True)
class Domain:
    """A customer's line of business: 11 products times 7 problems make 77 intents.

    A problem's phrases are clauses with one `{p}` where the product goes. The vague
    phrases name a product or a problem without saying which one.
    """

    name: str
    business: str
    people: People
    products: tuple[Topic, ...]
    problems: tuple[Topic, ...]
    vague_products: tuple[str, ...]
    vague_problems: tuple[str, ...]
    details: tuple[str, ...]
    replies: tuple[str, ...]

    @cached_property
    def intents(self) -> tuple[str, ...]:
        """The 77 intent names, product-major: intent = 7 * product + problem."""
        return tuple(
            f"{product.name} {problem.name}"
            for product in self.products
            for problem in self.problems
        )
