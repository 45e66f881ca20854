"""A hazard cannot be told from names, order, sizes or ids: twins differ in words alone."""

from __future__ import annotations

import itertools
import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_agents.scripted.evidence import examples
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import PressureName, Ticket, TicketSpec, TrapName
from fde_env.errors import UsageError
from fde_env.tickets import generator
from fde_env.tickets.cell import build_cell
from fde_env.tickets.drop import parse_table, write_drop, write_table
from fde_env.tickets.generator import prepare
from fde_env.tickets.pressure import MESSAGE_LENGTH, SENTENCES
from fde_env.tickets.surface import EXAMPLES
from fde_env.tickets.traps import TRAPS

TRAP_SETS: list[tuple[TrapName, ...]] = [
    (),
    ("permute",),
    ("noise",),
    ("mask",),
    ("target",),
    ("template",),
    ("truncate",),
    ("stale",),
    ("leak",),
    ("integrity",),
    ("mask", "permute"),
    ("mask", "noise", "permute"),
    ("integrity", "leak", "noise"),
]
SPEC: dict[str, Any] = {
    "domain": "bank",
    "base": "qwen3-tiny-a",
    "seed": 1,
    "data_seed": 1,
    "size": "smoke",
    "traps": (),
    "pressure": (),
    "intensity": 2,
    "node": "any",
    "infeasible": "none",
    "split": "train",
}
PRESSURES = [name for name in get_args(PressureName) if name != "none"]


def ticket(**changes: Any) -> Ticket:
    return prepare(TicketSpec(**{**SPEC, **changes})).ticket


def text(of: Ticket, name: str) -> str:
    file = of.file(name)
    assert file is not None, name
    return file.text


@pytest.mark.parametrize("traps", TRAP_SETS, ids="+".join)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_twins_have_the_same_files_in_the_same_order_and_of_the_same_size(
    seed: int, traps: tuple[TrapName, ...]
) -> None:
    quiet, trapped = ticket(seed=seed), ticket(seed=seed, traps=traps)
    assert [item.name for item in trapped.files] == [item.name for item in quiet.files]
    for one, other in zip(quiet.files, trapped.files, strict=True):
        # To the character: `list_files` shows sizes, and a constant offset would name the trap.
        assert len(one.text) == len(other.text), one.name
        assert len(one.text.splitlines()) == len(other.text.splitlines()), one.name


@pytest.mark.parametrize("traps", TRAP_SETS[1:], ids="+".join)
def test_twins_agree_on_all_that_is_not_the_hazard(traps: tuple[TrapName, ...]) -> None:
    quiet, trapped = ticket(), ticket(traps=traps)
    same = ["order_form.md", "policy.json", "price_list.json", "cluster.json"]
    for name in (*same, *(["messages.csv"] if "leak" not in traps else [])):
        assert text(quiet, name) == text(trapped, name)
    assert quiet.request == trapped.request
    assert quiet.company == trapped.company
    assert quiet.inbox == trapped.inbox
    for name in ("labels_1.csv", "labels_2.csv"):
        one, other = parse_table(text(quiet, name)), parse_table(text(trapped, name))
        for column in ("message_id", "desk", "saved"):
            assert one.column(column) == other.column(column), (name, column)
    for name in ("label_map_1.json", "label_map_2.json"):
        one_map, other_map = json.loads(text(quiet, name)), json.loads(text(trapped, name))
        assert list(one_map) == list(other_map)
        assert sorted(one_map.values()) == sorted(other_map.values())


def test_ids_and_secrets_differ_between_tickets_and_say_nothing() -> None:
    made = [
        ticket(seed=seed, traps=traps, pressure=pressure)
        for seed, traps, pressure in itertools.product(
            (1, 2), TRAP_SETS, [(), ("deadline",), ("authority", "sunk_cost")]
        )
    ]
    assert len({item.ticket_id for item in made}) == len(made)
    assert len({item.secret for item in made}) == len(made)
    assert {len(item.ticket_id) for item in made} == {12}


def test_equal_specs_give_equal_tickets() -> None:
    first = ticket(seed=77, traps=("noise",))
    prepare.cache_clear()
    generator._without_letters.cache_clear()
    build_cell.cache_clear()
    again = ticket(seed=77, traps=("noise",))
    assert again is not first
    assert again == first


def test_which_file_is_stale_is_a_toss() -> None:
    right = [ticket(seed=seed, traps=("permute", "noise")).truth for seed in range(24)]
    for field in ("label_map", "label_source"):
        names = {getattr(item.reference_intake, field) for item in right}
        assert len(names) == 2
        misread = {getattr(item.misread_intake, field) for item in right}
        assert names == misread
        assert all(
            getattr(item.reference_intake, field) != getattr(item.misread_intake, field)
            for item in right
        )


@pytest.mark.parametrize("intensity", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pressured_and_neutral_twins_have_messages_of_equal_length(
    size: int, intensity: int
) -> None:
    neutral = ticket(intensity=intensity)
    for kinds in itertools.combinations(sorted(PRESSURES), size):
        pressured = ticket(intensity=intensity, pressure=kinds)
        assert pressured.files is neutral.files, "made once"
        assert pressured.request == neutral.request
        for one, other in zip(neutral.inbox, pressured.inbox, strict=True):
            assert (one.occasion, one.sender) == (other.occasion, other.sender)
            assert len(one.text) == len(other.text) == MESSAGE_LENGTH
            assert one.text != other.text


def test_pressure_says_each_kinds_sentences_and_neutral_none() -> None:
    neutral = " ".join(item.text for item in ticket(intensity=3).inbox)
    for kind in PRESSURES:
        messages = {
            item.occasion: item.text for item in ticket(pressure=(kind,), intensity=3).inbox
        }
        for occasion, message in messages.items():
            for sentence in SENTENCES["train"][kind, occasion]:
                assert sentence in message
                assert sentence not in neutral


def test_hazards_are_written_where_a_careful_reader_looks() -> None:
    for trap in TRAPS.values():
        quiet, trapped = ticket(), ticket(traps=(trap.name,))
        documents = ("mail_thread.txt", "data_dictionary.md")
        assert any(text(quiet, name) != text(trapped, name) for name in documents), trap.name


def test_rows_contradict_the_outdated_map() -> None:
    # The team lead's examples name true intents; only the right map agrees with them.
    made = ticket(traps=("permute",))
    codes = dict(zip(*_columns(made, "message_id", "code_1"), strict=True))
    found = examples(text(made, "mail_thread.txt"))
    assert len(found) == EXAMPLES
    for intake, agrees in ((made.truth.reference_intake, 12), (made.truth.misread_intake, 0)):
        table = json.loads(text(made, intake.label_map))
        labels = [table[codes[example.message_id]] == example.intent for example in found]
        assert sum(labels) == agrees


def test_only_later_rows_agree_with_people_where_the_codes_changed_their_meaning() -> None:
    made = ticket(traps=("stale",))
    intake, cut = made.truth.reference_intake, made.truth.planted.old_rows_before
    assert cut is not None
    codes = dict(zip(*_columns(made, "message_id", intake.target_column), strict=True))
    table = json.loads(text(made, intake.label_map))
    for example in examples(text(made, "mail_thread.txt")):
        agrees = table[codes[example.message_id]] == example.intent
        assert agrees == (example.received >= cut)


def test_a_leaking_dev_split_repeats_training_rows_and_a_clean_one_none() -> None:
    for traps, repeats in (((), 0), (("leak",), 60)):
        made = parse_table(text(ticket(traps=traps), "messages.csv"))
        rows = list(zip(made.column("split") or (), made.column("text") or (), strict=True))
        train = {message for split, message in rows if split == "train"}
        assert sum(split == "dev" and message in train for split, message in rows) == repeats


def test_the_routing_column_names_one_intent_a_product() -> None:
    made = ticket(traps=("target",))
    bad = made.truth.misread_intake.target_column
    codes = set(_columns(made, bad)[0])
    assert bad != made.truth.reference_intake.target_column
    assert len(codes) == 11


def test_splits_share_no_document_and_no_id() -> None:
    one, other = ticket(), ticket(split="held_back")
    assert one.ticket_id != other.ticket_id
    for name in ("mail_thread.txt", "data_dictionary.md", "order_form.md"):
        assert text(one, name) != text(other, name)


@pytest.mark.parametrize("reason", [name for name in get_args(RefusalReason) if name != "none"])
def test_no_size_tells_that_a_ticket_cannot_be_delivered(reason: RefusalReason) -> None:
    feasible, infeasible = ticket(), ticket(infeasible=reason)
    assert len(feasible.request) == len(infeasible.request)
    assert infeasible.truth.refusal_reasons == (reason,)
    for one, other in zip(feasible.files, infeasible.files, strict=True):
        assert len(one.text) == len(other.text), one.name


def _columns(made: Ticket, *names: str) -> list[Any]:
    table = parse_table(text(made, made.truth.reference_intake.label_source))
    return [table.column(name) for name in names]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"traps": ("mask", "mask")}, "at most three different traps"),
        ({"traps": ("leak", "stale")}, "cannot be stacked"),
        ({"domain": "zoo"}, "zoo"),
    ],
)
def test_unknown_factors_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ticket(**changes)


CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_tables_survive_writing_and_parsing(rows: list[tuple[str, ...]]) -> None:
    header = ("one", "two")
    table = parse_table(write_table(header, rows))
    assert table.header == header
    assert list(table.rows) == rows


def test_the_drop_on_disk_is_what_the_tools_show(tmp_path: Any) -> None:
    made = ticket(traps=("noise",))
    write_drop(made, tmp_path / "drop")
    on_disk = {
        path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "drop").iterdir()
    }
    assert on_disk == {"request.txt": made.request, **{item.name: item.text for item in made.files}}
