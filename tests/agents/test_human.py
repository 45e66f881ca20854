"""A person in the seat, over a pipe: commands, forms, undo, and a way out."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from delivery_kit import make
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from seat_kit import sight
from strategies import instances

from fde_agents.form import Form, NotAnAnswer, questions
from fde_agents.human import HumanPolicy
from fde_agents.seating import seated
from fde_env.contract.action import ARGUMENTS_OF, READ_TOOLS
from fde_env.contract.submissions import SUBMISSION_OF, IntakeSubmission, TrainSubmission
from fde_env.errors import AgentRefused
from fde_env.intervene import ReferencePolicy
from fde_env.parse import parse_action

INTAKE = """\
submit
1
none
intent_classification
text
code
labels_1.csv
label_map_1.json
message_id

accuracy
y
"""


def person(typed: str) -> tuple[HumanPolicy, io.StringIO]:
    shown = io.StringIO()
    console = Console(file=shown, width=100)
    return HumanPolicy(io.StringIO(typed), console), shown


def test_a_read_only_tool_is_called_by_its_name() -> None:
    policy, _ = person("read_ticket\nread_file labels_1.csv 0 20\nread_file rows=5 'a b.csv' 3\n")
    assert policy.act(sight()) == {"tool": "read_ticket", "arguments": {}}
    asked = {"name": "labels_1.csv", "start": 0, "rows": 20}
    assert policy.act(sight(steps_left=199)) == {"tool": "read_file", "arguments": asked}
    asked = {"name": "a b.csv", "start": 3, "rows": 5}
    assert policy.act(sight(steps_left=198)) == {"tool": "read_file", "arguments": asked}


def test_a_form_is_filled_in_field_by_field() -> None:
    policy, shown = person(INTAKE)
    action = policy.act(sight())
    assert action["tool"] == "submit_intake"
    assert parse_action(action).arguments.label_source == "labels_1.csv"
    assert action["arguments"]["row_filter"] == []
    assert "1 accept, 2 refuse" in shown.getvalue()


def test_an_answer_that_is_none_is_explained_and_asked_again() -> None:
    policy, shown = person(INTAKE.replace("submit\n1\n", "submit\nmaybe\n3\n\naccept\n"))
    assert policy.act(sight())["arguments"]["decision"] == "accept"
    assert shown.getvalue().count("is none of: accept, refuse") == 3


def test_an_answer_can_be_taken_back_and_a_form_be_left() -> None:
    typed = "submit\n2\n:undo\n:show\n:cancel\n" + INTAKE
    policy, shown = person(typed)
    assert policy.act(sight())["arguments"]["decision"] == "accept"
    assert "(nothing yet)" in shown.getvalue()


def test_a_form_that_is_not_sent_can_be_put_right() -> None:
    typed = INTAKE.removesuffix("y\n") + "n\nmacro_f1\ny\n"
    policy, shown = person(typed)
    assert policy.act(sight())["arguments"]["metric"] == "macro_f1"
    assert "Not sent" in shown.getvalue()


def test_something_can_be_read_while_a_form_is_open() -> None:
    head, tail = INTAKE.split("text\n", 1)
    policy, _ = person(f"{head}:read_ticket\ntext\n{tail}")
    assert policy.act(sight())["tool"] == "read_ticket"
    assert policy.act(sight(tool_result="the request", steps_left=199))["tool"] == "submit_intake"


def test_help_tells_of_every_tool_and_nothing_is_sent_by_mistake() -> None:
    typed = "help\nhelp submit_plan\nfly\nread_file\nread_file a b c\nread_ticket now\n'\n\n"
    policy, shown = person(typed + "list_files\n")
    assert policy.act(sight())["tool"] == "list_files"
    assert all(tool in shown.getvalue() for tool in READ_TOOLS)
    assert "acceptance.alpha" in shown.getvalue()
    assert "'fly' is no command" in shown.getvalue()
    assert "read_file takes: name start rows" in shown.getvalue()


@pytest.mark.parametrize("typed", ["quit\n", "submit\n:quit\n", "", "submit\n1\n"])
def test_a_person_who_leaves_declines_to_act(typed: str) -> None:
    policy, _ = person(typed)
    with pytest.raises(AgentRefused, match="left the seat"):
        policy.act(sight())


def test_what_was_shown_and_typed_is_kept_and_a_new_episode_starts_anew() -> None:
    policy, _ = person("submit\nread_ticket\n:cancel\nlist_files\n")
    with pytest.raises(AgentRefused):
        [policy.act(sight(message="Ticket ONE.", steps_left=200 - n)) for n in range(3)]
    kept = json.dumps(policy.transcript)
    assert "Ticket ONE." in kept
    assert "list_files" in kept
    fresh, _ = person("submit\n")
    with pytest.raises(AgentRefused):
        fresh.act(sight())
    fresh._lines = io.StringIO("list_files\n")
    assert fresh.act(sight(message="Ticket TWO."))["tool"] == "list_files"
    assert "Ticket TWO." in json.dumps(fresh.transcript)


def test_nested_records_and_lists_have_one_line_each() -> None:
    form = Form.of("submit_intake", IntakeSubmission)
    asked = {question.name: question for question in form.asked}
    clauses = asked["row_filter"].read("created ge 2026-01-01; channel eq 'e mail'")
    assert clauses[1] == {"column": "channel", "operator": "eq", "value": "e mail"}
    with pytest.raises(NotAnAnswer, match="column operator value"):
        asked["row_filter"].read("created ge")
    plan = [question.name for question in questions(SUBMISSION_OF["plan"])]
    assert "acceptance.alpha" in plan
    with pytest.raises(NotAnAnswer):
        Form.of("submit_train", TrainSubmission).filled("4")


def typed_for(value: Any) -> str:
    """What a person would type for a field's value."""
    if isinstance(value, bool):
        return "y" if value else "n"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; ".join(" ".join(json.dumps(str(v)) for v in item.values()) for item in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("tool", [t for t in ARGUMENTS_OF if t != "submit_intake"])
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_valid_submission_can_be_typed(tool: str, data: st.DataObject) -> None:
    model = ARGUMENTS_OF[tool]
    wanted = data.draw(instances(model)).model_dump(mode="json")
    form = Form.of(tool, model)
    for question in form.asked:
        value = wanted
        for part in question.path:
            value = value[part]
        line = typed_for(value)
        form = form.filled(line)
    # Ends of a line are no part of an answer.
    found = model.model_validate_json(json.dumps(form.arguments())).model_dump(mode="json")
    assert stripped(found) == stripped(wanted)


def stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: stripped(item) for key, item in value.items()}
    return value.strip() if isinstance(value, str) else value


def test_a_person_delivers_under_the_same_oracle() -> None:
    env = make(trap="none")
    seen, _ = env.reset(seed=0)
    done, reward = False, 0.0
    while not done:
        wanted = ReferencePolicy(env).act(seen)
        form = Form.of(wanted["tool"], ARGUMENTS_OF[wanted["tool"]])
        lines = ["submit"]
        for question in form.asked:
            value = wanted["arguments"]
            for part in question.path:
                value = value[part]
            lines.append(typed_for(value))
        policy, _ = person("\n".join([*lines, "y", ""]))
        seen, reward, done, _, _ = env.step(policy.act(seen))
    assert reward == 1.0


def test_the_seat_is_taken_by_name() -> None:
    assert isinstance(seated("human"), HumanPolicy)
