"""Data handling is compared by content, and refused in words that tell nothing about the truth."""

from __future__ import annotations

import random
from typing import Any, get_args

import pytest
from delivery_kit import make
from hypothesis import given
from hypothesis import strategies as st

from fde_env.compile import LabelledRow, compile_handling, dataset_digest
from fde_env.contract.submissions import IntakeSubmission
from fde_env.contract.submissions.intake import RowClause
from fde_env.contract.ticket import DropFile, Ticket, TrapName
from fde_env.errors import CompileError
from fde_env.tickets.drop import Drop, parse_table, write_table

TWINS: tuple[Any, ...] = ("none", "permute", "noise", "target", "stale", ("leak", "noise"))
ROWS = st.lists(
    st.builds(LabelledRow, text=st.text("ab", max_size=3), thread=st.just(""), label=st.text("xy")),
    min_size=1,
    max_size=12,
)


def ticket(trap: Any = "permute") -> Ticket:
    env = make(trap=trap)
    env.reset(seed=0)
    return env.ticket


def with_file(of: Ticket, name: str, rows: list[tuple[str, ...]]) -> Ticket:
    """The ticket with other rows in one of its tables."""
    header = parse_table(of.file(name).text).header  # type: ignore[union-attr]
    new = DropFile(name=name, text=write_table(header, rows))
    files = tuple(new if item.name == name else item for item in of.files)
    return of.model_copy(update={"files": files})


def rows_of(of: Ticket, name: str) -> list[tuple[str, ...]]:
    return list(parse_table(of.file(name).text).rows)  # type: ignore[union-attr]


@given(ROWS, st.randoms(use_true_random=False))
def test_order_and_repetition_of_rows_do_not_change_the_digest(
    rows: list[LabelledRow], rng: random.Random
) -> None:
    shuffled = [*rows, rng.choice(rows)]
    rng.shuffle(shuffled)
    assert dataset_digest(tuple(shuffled)) == dataset_digest(tuple(rows))


@given(ROWS, st.data())
def test_another_label_is_another_digest(rows: list[LabelledRow], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    changed = LabelledRow(text=rows[place].text, thread="", label=rows[place].label + "!")
    others = [row for row in rows if row.text != changed.text]
    assert dataset_digest((*others, changed)) != dataset_digest(tuple(rows))


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_files_compile_to_the_same_rows(seed: int) -> None:
    made = ticket()
    intake = made.truth.reference_intake
    plain = compile_handling(Drop(made), intake)
    for name in ("messages.csv", intake.label_source):
        rows = rows_of(made, name)
        random.Random(seed).shuffle(rows)
        made = with_file(made, name, rows)
    shuffled = compile_handling(Drop(made), intake)
    assert shuffled == plain


def test_a_repeated_message_is_the_same_data() -> None:
    made = ticket()
    intake = made.truth.reference_intake
    rows = rows_of(made, "messages.csv")
    double = with_file(made, "messages.csv", [*rows, *rows[:5]])
    assert compile_handling(Drop(double), intake).digest == made.truth.gold_handlings[0]


def test_reference_and_misread_handlings_differ_where_the_hazard_is() -> None:
    wrong = {"permute", "noise", "target", "stale"}
    for trap in get_args(TrapName):
        made = ticket(trap)
        misread = compile_handling(Drop(made), made.truth.misread_intake).digest
        assert (misread in made.truth.gold_handlings) == (trap not in wrong), trap


def test_a_filter_keeps_the_rows_that_it_names_and_no_others() -> None:
    made = ticket("stale")
    cut = made.truth.planted.old_rows_before
    right = compile_handling(Drop(made), made.truth.reference_intake)
    spelt = [
        RowClause(column="received", operator="ge", value=str(cut)),
        RowClause(column="split", operator="ne", value="test"),
    ]
    same = made.truth.reference_intake.model_copy(update={"row_filter": tuple(spelt)})
    assert compile_handling(Drop(made), same).digest == right.digest
    every = made.truth.reference_intake.model_copy(update={"row_filter": ()})
    assert 0 < len(right.train) < len(compile_handling(Drop(made), every).train) / 2


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no such table": ({"label_source": "labels.csv"}, "'labels.csv' is not a table of the drop"),
    "not a table": ({"label_source": "policy.json"}, "tables: messages.csv, labels_1.csv"),
    "not annotations": ({"label_source": "messages.csv"}, "messages.csv has no columns"),
    "no such map": ({"label_map": "map.json"}, "'map.json' is not a label map of the drop; maps:"),
    "not a map": ({"label_map": "cluster.json"}, "label_map_1.json, label_map_2.json"),
    "input not served": ({"input_column": "thread"}, "the model is sent 'text'"),
    "no join column": ({"join_key": "id"}, "messages.csv has no column 'id' to join by"),
    "join in one file": ({"join_key": "case_id"}, "has no columns 'case_id' and 'code_1'"),
    "no target column": ({"target_column": "intent"}, "has no columns 'message_id' and 'intent'"),
    "target is no code": ({"target_column": "desk"}, "is not a code of"),
    "filter on nothing": (
        {"row_filter": [{"column": "age", "operator": "eq", "value": "1"}]},
        "row_filter names column 'age'",
    ),
    "filter has too many clauses": (
        {"row_filter": [{"column": "channel", "operator": "ge", "value": ""}] * 33},
        "row_filter has 33 clauses; use at most 32",
    ),
    "filter drops every row": (
        {"row_filter": [{"column": "channel", "operator": "eq", "value": "fax"}]},
        "row_filter keeps no row of messages.csv",
    ),
    "filter drops all that is trained on": (
        {"row_filter": [{"column": "split", "operator": "eq", "value": "dev"}]},
        "row_filter keeps no row of the train split",
    ),
}


def refusal(made: Ticket, changes: dict[str, Any]) -> str:
    right = made.truth.reference_intake.model_dump(mode="json")
    intake = IntakeSubmission.model_validate({**right, **changes})
    with pytest.raises(CompileError) as refused:
        compile_handling(Drop(made), intake)
    return str(refused.value)


@pytest.mark.parametrize("name", BAD)
def test_each_refusal_is_reachable_and_the_same_for_all_twins(name: str) -> None:
    changes, words = BAD[name]
    # Names in the text come from the submission; both twins of a file are tried.
    for file in ("label_map", "label_source"):
        for suffix in ("1", "2"):
            given_file = {file: f"{file.replace('_source', 's')}_{suffix}"}
            full = {
                "label_map": "label_map_1.json",
                "label_source": "labels_1.csv",
                "target_column": "code_1",
                file: given_file[file] + (".json" if file == "label_map" else ".csv"),
                **changes,
            }
            texts = {refusal(ticket(trap), full) for trap in TWINS}
            assert len(texts) == 1
            assert words in texts.pop()


def test_annotations_that_repeat_a_key_are_refused() -> None:
    made = ticket()
    name = made.truth.reference_intake.label_source
    rows = rows_of(made, name)
    double = with_file(made, name, [*rows, rows[0]])
    assert "join_key 'message_id' is not unique" in refusal(double, {})


def test_a_training_row_without_annotation_is_refused() -> None:
    made = ticket()
    name = made.truth.reference_intake.label_source
    train = {row[0] for row in rows_of(made, "messages.csv") if row[4] == "train"}
    rows = rows_of(made, name)
    lost = next(row for row in rows if row[0] in train)
    short = with_file(made, name, [row for row in rows if row != lost])
    assert "finds no annotation for some messages" in refusal(short, {})
