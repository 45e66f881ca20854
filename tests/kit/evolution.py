"""A plain evolutionary search over blind tables: elite, tournament, crossover, mutation."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from blind_table import CHOICES, NAMES, Genes, random_genes

Fitness = Callable[[Sequence[Genes]], Sequence[float]]
STARTS = (0.5, 0.8, 0.95)
"""How likely a choice of the first tables is the honest one; a search from nonsense finds none."""

MUTATIONS = 1.5
"""Choices of a child that change, on average."""


@dataclass(frozen=True)
class Search:
    """How wide and how long to search."""

    size: int
    elite: int
    generations: int
    seed: int = 0


@dataclass(frozen=True)
class Found:
    """The best table, its fitness, and the best fitness of each generation, the first included."""

    genes: Genes
    fitness: float
    course: tuple[float, ...]


def evolve(fitness: Fitness, search: Search) -> Found:
    """Search for the table with the highest fitness."""
    rng = random.Random(f"evolution/{search.seed}")
    known: dict[Genes, float] = {}
    course: list[float] = []
    tables = [random_genes(rng, STARTS[place % len(STARTS)]) for place in range(search.size)]
    for _ in range(search.generations + 1):
        new = list(dict.fromkeys(genes for genes in tables if genes not in known))
        known.update(zip(new, fitness(new), strict=True))
        ranked = sorted(known, key=known.__getitem__, reverse=True)
        course.append(known[ranked[0]])
        parents = ranked[: search.size]
        children = [_child(parents, known, rng) for _ in range(search.size - search.elite)]
        tables = [*ranked[: search.elite], *children]
    best = max(known, key=known.__getitem__)
    return Found(best, known[best], tuple(course))


def _child(parents: Sequence[Genes], known: dict[Genes, float], rng: random.Random) -> Genes:
    one, other = (max(rng.sample(parents, 3), key=known.__getitem__) for _ in range(2))
    mixed = [rng.choice(pair) for pair in zip(one, other, strict=True)]
    for place, name in enumerate(NAMES):
        if rng.random() < MUTATIONS / len(NAMES):
            others = [gene for gene in range(len(CHOICES[name])) if gene != mixed[place]]
            mixed[place] = rng.choice(others)
    return tuple(mixed)
