"""The evidence cell: deterministic, disjoint splits, quick to build."""

from __future__ import annotations

import time
from collections import Counter
from itertools import islice

import pytest

from fde_env.contract.base import digest_of
from fde_env.contract.run_spec import CellKey, Size
from fde_env.errors import UsageError
from fde_env.tickets import language
from fde_env.tickets.cell import COUNTS, Cell, build_cell, pretraining_rows


def cell(size: Size = "smoke", data_seed: int = 1) -> Cell:
    return build_cell(CellKey(domain="bank", data_seed=data_seed, size=size))


@pytest.mark.parametrize("size", ["full", "smoke"])
def test_every_split_has_its_size(size: Size) -> None:
    built, counts = cell(size), COUNTS[size]
    assert len(built.split("train")) == counts.train
    assert len(built.split("dev")) == counts.dev
    assert len(built.probe_pool) == counts.probe_pool
    assert len(built.held_out) == counts.held_out


@pytest.mark.parametrize("data_seed", [1, 2, 3])
def test_no_normalised_text_stands_twice_in_a_cell(data_seed: int) -> None:
    built = cell("full", data_seed)
    rows = [*built.messages, *built.probe_pool, *built.held_out]
    names = Counter(language.normalised(row.text) for row in rows)
    assert max(names.values()) == 1


def test_no_customer_row_stands_in_the_pretraining_corpus() -> None:
    # By construction for all rows of all seeds; checked on a real piece of the corpus.
    built = cell("full")
    rows = [*built.messages, *built.probe_pool, *built.held_out]
    assert not any(language.for_pretraining(row.text) for row in rows)
    corpus = {
        language.normalised(row.text) for row in islice(pretraining_rows(built.domain, 11), 4000)
    }
    assert corpus.isdisjoint(language.normalised(row.text) for row in rows)


def test_cell_is_a_function_of_its_key() -> None:
    first = cell("smoke", 7)
    build_cell.cache_clear()
    again = cell("smoke", 7)
    assert again is not first
    assert again == first
    assert cell("smoke", 8).held_out != first.held_out
    assert cell("smoke", 8).outdated != first.outdated


def test_golden_cell() -> None:
    built = cell("smoke", 1)
    rows = [[m.text, m.thread, m.split, m.intent, m.tagger, m.older] for m in built.messages]
    clean = [[r.text, r.thread, r.intent] for r in (*built.probe_pool, *built.held_out)]
    assert (
        digest_of([rows, clean, list(built.outdated), list(built.routed)])
        == "a4757d8551730945362e7a64456bc7ac69c39e45dccc0d36de1185e818f6dcd6"
    )


def test_intents_are_balanced_in_the_export() -> None:
    counts = Counter(message.intent for message in cell("full").messages)
    assert set(counts) == set(range(77))
    assert max(counts.values()) - min(counts.values()) <= 1


def test_full_cell_builds_in_a_moment() -> None:
    build_cell.cache_clear()
    best = min(_seconds_to_build(seed) for seed in (101, 102, 103))
    assert best < 0.6


def _seconds_to_build(data_seed: int) -> float:
    start = time.perf_counter()
    cell("full", data_seed)
    return time.perf_counter() - start


def test_unknown_domain_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="bank"):
        build_cell(CellKey(domain="bakery", data_seed=1, size="smoke"))


@pytest.mark.parametrize("size", ["full", "smoke"])
def test_dev_twins_are_training_rows_as_long_as_the_dev_rows(size: Size) -> None:
    built = cell(size)
    train, dev = built.split("train"), built.split("dev")
    assert set(built.dev_twins) <= set(train)
    assert len(set(built.dev_twins)) == len(dev)
    gaps = [abs(len(a.text) - len(b.text)) for a, b in zip(dev, built.dev_twins, strict=True)]
    # The rest is made up for by the channel column (`surface._channels`).
    assert sum(gaps) <= 0.03 * sum(len(row.text) for row in dev)
