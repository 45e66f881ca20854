"""Read-only tools: they change nothing, say nothing about right and wrong, and explain misuse."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from delivery_kit import all_reads, go_on, look, make, play, step
from hypothesis import given, settings
from hypothesis import strategies as st

from fde_env.contract.action import READ_TOOLS
from fde_env.env import READ_BUDGET
from fde_env.tools import TOOLS


def said(trace: Any, tool: str, **arguments: Any) -> str:
    text: str = step(trace, look(tool, **arguments))["tool_result"]
    return text


def test_every_tool_that_is_announced_exists() -> None:
    assert list(TOOLS) == list(READ_TOOLS)


@pytest.mark.parametrize("stage", ["intake", "card"])
def test_reading_changes_nothing(stage: str) -> None:
    env = make(trap="noise")
    trace = play(env, "reference", until=stage)
    before = env.oracle_view()
    for action in all_reads(env)[:READ_BUDGET]:
        observation = step(trace, action)
        assert observation["tool_result"] or "nothing was taken" in observation["message"]
        assert observation["stage"] == stage
    assert env.oracle_view() == before
    assert go_on(trace, "reference").total == 1.0


@settings(max_examples=30)
@given(start=st.integers(0, 10**7), rows=st.integers(1, 200))
def test_pages_of_a_table_are_its_rows(start: int, rows: int) -> None:
    trace = play(make(), "reference", until="intake")
    file = trace.env.ticket.file("messages.csv")
    assert file is not None
    whole = list(csv.reader(io.StringIO(file.text)))
    text, _, note = said(trace, "read_file", name=file.name, start=start, rows=rows).rpartition("(")
    assert list(csv.reader(io.StringIO(text))) == [whole[0], *whole[1:][start : start + rows]]
    assert note == f"{len(whole) - 1} rows in all)"


def test_files_that_are_no_tables_are_shown_by_line() -> None:
    trace = play(make(), "reference", until="intake")
    text = said(trace, "read_file", name="mail_thread.txt", start=0, rows=200)
    file = trace.env.ticket.file("mail_thread.txt")
    assert file is not None
    assert text.startswith(file.text.rstrip("\n"))
    listed = said(trace, "list_files")
    assert f"mail_thread.txt  {len(file.text)} characters" in listed


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        (
            "read_file",
            {"name": "../policy.json", "start": 0, "rows": 1},
            "no file '../policy.json'",
        ),
        ("read_file", {"name": "", "start": 0, "rows": 1}, "files: mail_thread.txt"),
        ("column_stats", {"name": "policy.json", "column": "x"}, "is not a table of the drop"),
        (
            "column_stats",
            {"name": "messages.csv", "column": "code_1"},
            "columns: message_id, case_id",
        ),
        ("run_eval", {"split": "dev"}, "needs a finished run"),
        ("run_eval", {"split": "test"}, "split: Input should be 'held_out', 'dev' or 'train'"),
        ("read_file", {"name": "policy.json", "start": -1, "rows": 1}, "start: "),
        ("read_file", {"name": "policy.json", "start": 0, "rows": 201}, "rows: "),
    ],
)
def test_misuse_is_explained(tool: str, arguments: dict[str, Any], words: str) -> None:
    trace = play(make(), "reference", until="intake")
    observation = step(trace, look(tool, **arguments))
    assert observation["tool_result"] == ""
    assert words in observation["message"]


def test_documents_are_the_figures_that_the_oracle_works_from() -> None:
    trace = play(make(), "reference", until="intake")
    truth = trace.env.ticket.truth
    for tool, document in (
        ("read_policy", truth.policy),
        ("read_price_list", truth.prices),
        ("read_cluster", truth.cluster),
    ):
        assert type(document).model_validate_json(said(trace, tool)) == document


def test_column_statistics_are_those_of_the_column() -> None:
    trace = play(make(), "reference", until="intake")
    stats = json.loads(said(trace, "column_stats", name="messages.csv", column="split"))
    assert stats["rows"] == 380
    assert stats["most_common"] == [["train", 320], ["dev", 60]]
    assert (stats["smallest"], stats["largest"], stats["empty"]) == ("dev", "train", 0)


def test_figures_of_the_run_are_its_facts() -> None:
    trace = play(make(trap="permute"), "misreader", until="eval")
    _, _, facts = trace.env.oracle_view()
    assert facts.run is not None
    assert facts.ledger is not None
    for split in ("held_out", "dev", "train"):
        shown, fact = json.loads(said(trace, "run_eval", split=split)), facts.run.split(split)
        assert (shown["gains"], shown["losses"]) == (fact.outcome.gains, fact.outcome.losses)
        assert shown["accuracy"] == fact.outcome.accuracy
        assert shown["mcnemar_exact_one_sided_p"] == fact.p_value
    record = json.loads(said(trace, "read_run_record"))
    assert record["run"]["artifact_digest"] == facts.run.artifact_digest
    assert record["executed_config"] == facts.config.model_dump(mode="json")
    assert json.loads(said(trace, "read_ledger")) == facts.ledger.model_dump()
    lines = said(trace, "read_logs", since_step=11).splitlines()
    assert lines[0].startswith("step   11")
    assert len(lines) == 50
    assert said(trace, "read_logs", since_step=61) == "no log lines there"
    assert said(trace, "read_metrics").splitlines()[-1].startswith("step   60")
