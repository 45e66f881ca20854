"""Whatever a policy sends becomes an action or a `MalformedAction` that says why; nothing else."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from delivery_kit import make, send
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import JSON

from fde_env.contract.action import ARGUMENTS_OF, Action, NoArguments, ReadFile
from fde_env.contract.submissions import PlanSubmission
from fde_env.errors import MalformedAction
from fde_env.parse import MAX_JSON, parse_action
from fde_env.sampling import sample_action


def deep(depth: int, kind: type = list) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    return value


def looped() -> dict[str, Any]:
    value: dict[str, Any] = {"tool": "read_ticket"}
    value["arguments"] = value
    return value


def plan() -> PlanSubmission:
    env = make()
    env.reset(seed=0)
    found = env.ticket.truth.misread_plan
    assert isinstance(found, PlanSubmission)
    return found


class Rude:
    """An object that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__


HUGE = 10**5000
NONSENSE: dict[str, Any] = {
    "nothing": None,
    "number": 3,
    "huge number": HUGE,
    "not a number": float("nan"),
    "list": [],
    "empty": {},
    "empty text": "",
    "text": "submit_intake",
    "bytes": b"\xff\xfe\x00",
    "JSON list": "[]",
    "cut JSON": '{"tool": "read_ticket", ',
    "huge text": "x" * (MAX_JSON + 1),
    "huge JSON number": '{"tool": ' + "9" * 5000 + "}",
    "deep JSON": "[" * 10_000,
    "deep closed JSON": "[" * 10_000 + "]" * 10_000,
    "deep list": deep(10_000),
    "no tool": {"arguments": {}},
    "tool is a number": {"tool": 7},
    "tool is huge": {"tool": HUGE},
    "tool is deep": {"tool": deep(10_000)},
    "tool is rude": {"tool": Rude()},
    "tool unhashable": {"tool": {}},
    "unknown tool": {"tool": "rm -rf"},
    "long tool": {"tool": "a" * 100_000},
    "surrogate tool": {"tool": "\ud800"},
    "extra key": {"tool": "read_ticket", "arguments": {}, "because": 1},
    "rude key": {"tool": "read_ticket", Rude(): 1},
    "number as key": {1: 2},
    "arguments none": {"tool": "read_ticket", "arguments": None},
    "arguments deep list": {"tool": "read_ticket", "arguments": deep(10_000)},
    "arguments deep": {"tool": "read_ticket", "arguments": deep(10_000, dict)},
    "arguments huge": {"tool": "read_ticket", "arguments": HUGE},
    "arguments rude": {"tool": "read_ticket", "arguments": Rude()},
    "arguments loop": looped(),
    "arguments too long": {
        "tool": "read_file",
        "arguments": {"name": "x" * MAX_JSON, "start": 0, "rows": 1},
    },
    "arguments hold bytes": {"tool": "read_ticket", "arguments": {"a": b"x"}},
    "arguments hold an object": {"tool": "read_ticket", "arguments": {"a": object()}},
    "arguments hold a huge number": {"tool": "read_logs", "arguments": {"since_step": HUGE}},
    "argument is not a number": {"tool": "read_logs", "arguments": {"since_step": float("nan")}},
    "argument has a surrogate": {
        "tool": "read_file",
        "arguments": {"name": "\ud800", "start": 0, "rows": 1},
    },
    "argument as words": {"tool": "read_logs", "arguments": {"since_step": "first"}},
    "argument missing": {"tool": "read_logs", "arguments": {}},
    "argument too many": {"tool": "read_logs", "arguments": {"since_step": 0, "x": 1}},
    "a model that is no submission": NoArguments(),
    "an action with bad arguments": Action(tool="read_ticket", arguments=5),
    "an action with an unknown tool": Action(tool="nothing", arguments=NoArguments()),
    "a submission that was not validated": PlanSubmission.model_construct(method=object()),
    "an array": np.zeros(3),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(MalformedAction) as refused:
        parse_action(NONSENSE[name])
    assert 10 < len(str(refused.value)) < 2000


@settings(max_examples=400)
@given(
    st.one_of(
        JSON,
        st.text(),
        st.binary(),
        JSON.map(json.dumps),
        st.fixed_dictionaries({"tool": st.sampled_from(sorted(ARGUMENTS_OF)), "arguments": JSON}),
    )
)
def test_any_json_is_an_action_or_refused(raw: Any) -> None:
    try:
        action = parse_action(raw)
    except MalformedAction:
        return
    assert parse_action(action.as_dict()) == action


@given(st.integers(0, 2**32))
def test_all_forms_of_an_action_mean_the_same(seed: int) -> None:
    raw = sample_action(np.random.default_rng(seed))
    action = parse_action(raw)
    text = json.dumps(raw)
    for form in (text, text.encode(), bytearray(text.encode()), action, action.as_dict()):
        assert parse_action(form) == action
    if raw["tool"].startswith("submit_"):
        assert parse_action(action.arguments) == action


def test_arguments_may_be_a_model() -> None:
    call = ReadFile(name="policy.json", start=0, rows=1)
    expected = parse_action({"tool": "read_file", "arguments": call.model_dump()})
    assert parse_action({"tool": "read_file", "arguments": call}) == expected
    assert parse_action(Action(tool="read_file", arguments=call.model_dump())) == expected


def test_a_tool_without_arguments_needs_none() -> None:
    assert parse_action({"tool": "read_ticket"}) == parse_action("""{"tool": "read_ticket"}""")


def test_the_reason_names_field_and_choices() -> None:
    wrong = {**plan().model_dump(mode="json"), "loss_on": "prompt"}
    with pytest.raises(MalformedAction, match="submit_plan: loss_on: Input should be 'completion'"):
        parse_action(send("plan", wrong))
    with pytest.raises(MalformedAction, match="tools: read_ticket, list_files"):
        parse_action({"tool": "look"})
