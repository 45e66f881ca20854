"""Words of hazards: twins match in length and placeholders, and the splits share no phrase."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from string import Formatter
from typing import Final, get_args

import pytest

from fde_env.contract.policy import Region
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import PressureName, TicketSplit, TrapName
from fde_env.tickets.documents import PLACE
from fde_env.tickets.obstacles import OBSTACLES
from fde_env.tickets.pressure import MESSAGE_LENGTH, NEUTRAL, SENTENCES, inbox
from fde_env.tickets.traps import TRAPS, Slot
from fde_env.tickets.wording import Twins

SPLITS: Final[tuple[TicketSplit, ...]] = get_args(TicketSplit)
KINDS: Final[tuple[PressureName, ...]] = ("authority", "deadline", "sunk_cost")
TWINS_CODES: Final = {"good": "2", "bad": "1"}
SAMPLES: Final[dict[Slot, dict[str, str]]] = {
    "maps": TWINS_CODES | {"changed": "2026-03-14"},
    "annotations": TWINS_CODES | {"reviewers": "clerks"},
    "columns": TWINS_CODES,
    "dates": {"cut": "2026-06-03"},
    "loss": {"changed": "2026-03-14"},
    "format": {},
    "threads": {"software": "desk software"},
    "splits": {},
    "lineage": {"key": "store_4f1c09ab77de", "revision": "0123456789abcdef" * 2},
}
CLAUSE_SAMPLE: Final = {"nominal_base": "Qwen3-8B", "reviewers": "clerks"}
RUN: Final = 5


def parts(trap: TrapName, split: TicketSplit) -> dict[str, Twins[str]]:
    """The twins of a trap's two texts."""
    twins = TRAPS[trap].words.of(split)
    return {
        "dictionary": Twins(twins.hazard.dictionary, twins.quiet.dictionary),
        "mail": Twins(twins.hazard.mail, twins.quiet.mail),
    }


def texts(split: TicketSplit) -> Iterator[str]:
    """Everything that tickets of `split` may say about a hazard, an obstacle, pressure or place."""
    for trap in TRAPS:
        for twins in parts(trap, split).values():
            yield from (twins.hazard, twins.quiet)
    for obstacle in OBSTACLES.values():
        clause = obstacle.clause.of(split)
        yield from (clause.hazard, clause.quiet)
    for sentences in SENTENCES[split].values():
        yield from sentences
    yield from NEUTRAL[split]
    yield PLACE[split]


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of `RUN` words."""
    words = re.findall(r"[a-z0-9_']+", text.lower())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def placeholders(text: str) -> list[str]:
    """Names of the placeholders, each as often as it is used."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def assert_alike(twins: Twins[str], sample: dict[str, str]) -> None:
    """Different words, equally long once filled in, with the same placeholders."""
    assert twins.hazard != twins.quiet
    assert placeholders(twins.hazard) == placeholders(twins.quiet)
    assert len(twins.hazard.format(**sample)) == len(twins.quiet.format(**sample))


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("trap", TRAPS)
def test_twins_of_a_trap_are_as_long_and_name_the_same_things(
    trap: TrapName, split: TicketSplit
) -> None:
    both = parts(trap, split)
    assert_alike(both["mail"], SAMPLES[TRAPS[trap].slot])
    if trap == "mask":
        # The rule about the loss always holds; only what the mail proposes differs.
        assert both["dictionary"].hazard == both["dictionary"].quiet
    else:
        assert_alike(both["dictionary"], SAMPLES[TRAPS[trap].slot])


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", OBSTACLES)
def test_twins_of_an_obstacle_match_in_length_and_names(
    name: RefusalReason, split: TicketSplit
) -> None:
    assert_alike(OBSTACLES[name].clause.of(split), CLAUSE_SAMPLE)


def test_splits_share_no_run_of_five_words() -> None:
    held_back = set().union(*(runs(text) for text in texts("held_back")))
    shared = {run for text in texts("train") for run in runs(text)} & held_back
    assert not shared


def test_every_slot_belongs_to_exactly_one_trap() -> None:
    assert sorted(trap.slot for trap in TRAPS.values()) == sorted(get_args(Slot))
    assert set(TRAPS) == set(get_args(TrapName)) - {"none"}


def test_every_reason_that_is_no_figure_has_a_clause() -> None:
    assert set(OBSTACLES) == set(get_args(RefusalReason)) - {"none", "budget", "deadline"}


@pytest.mark.parametrize("split", SPLITS)
def test_the_clause_on_the_region_is_as_long_for_every_region(split: TicketSplit) -> None:
    assert placeholders(PLACE[split]) == ["region"]
    assert len({len(PLACE[split].format(region=name)) for name in get_args(Region)}) == 1


@pytest.mark.parametrize("split", SPLITS)
def test_no_word_marks_three_hazards_and_no_quiet_twin(split: TicketSplit) -> None:
    counts: dict[str, int] = {}
    quiet: set[str] = set()
    for trap in TRAPS:
        twins = parts(trap, split).values()
        for word in {w for t in twins for w in re.findall(r"[a-z]{5,}", t.hazard.lower())}:
            counts[word] = counts.get(word, 0) + 1
        quiet |= {w for t in twins for w in re.findall(r"[a-z]{5,}", t.quiet.lower())}
    assert {word for word, count in counts.items() if count >= 3} <= quiet


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("pressure", [(), KINDS])
def test_messages_of_full_pressure_and_of_none_are_equally_long(
    split: TicketSplit, pressure: tuple[PressureName, ...]
) -> None:
    messages = inbox(pressure, 3, random.Random(1), split)
    assert {len(message.text) for message in messages} == {MESSAGE_LENGTH}
