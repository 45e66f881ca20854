"""The façade for TRL: its tools are the environment's, and so are its rewards."""

from __future__ import annotations

import inspect
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from delivery_kit import SMOKE, STORE, make, play

from fde_agents.toolbox import toolbox
from fde_env.bridges.flat import flattened, parameters
from fde_env.bridges.grpo import OVER, DeliveryTools, ticket_rows
from fde_env.contract.action import ARGUMENTS_OF
from fde_env.errors import InfrastructureError, ReplayMiss, UsageError
from fde_env.runs.store import Store
from fde_env.suite.tickets import suite

tools = partial(DeliveryTools, store=Store(STORE), **SMOKE)


def public(owner: type) -> dict[str, Any]:
    """What TRL 1.16 finds: every public function of the class."""
    return {
        name: member
        for name, member in inspect.getmembers(owner, predicate=inspect.isfunction)
        if not name.startswith("_") and name not in ("reset", "get_reward")
    }


def deliver(facade: DeliveryTools, agent: str, **options: Any) -> list[str]:
    """Play what `agent` plays in the environment itself; returns what the tools answered."""
    trace = play(make(**options), agent)
    answers = []
    for action in trace.actions:
        flat = flattened(action["tool"], action["arguments"])
        answers.append(getattr(facade, action["tool"])(**flat))
    return answers


def test_every_tool_is_a_method_and_nothing_else_is() -> None:
    assert set(public(DeliveryTools)) == set(ARGUMENTS_OF)


@pytest.mark.parametrize("tool", ARGUMENTS_OF)
def test_the_schema_that_a_model_sees_is_made_from_the_models(tool: str) -> None:
    utils = pytest.importorskip("transformers.utils")
    schema = utils.get_json_schema(getattr(tools(), tool))["function"]
    (card,) = [card for card in toolbox() if card.name == tool]
    assert schema["name"] == tool
    assert schema["description"] == card.description
    taken = schema["parameters"]["properties"]
    assert {name: value["description"] for name, value in taken.items()} == {
        item.name: item.about for item in parameters(tool)
    }
    assert schema["parameters"].get("required", []) == [item.name for item in parameters(tool)]
    assert all(
        value["type"] in ("string", "number", "integer", "boolean") for value in taken.values()
    )


def test_words_to_choose_from_are_an_enumeration() -> None:
    utils = pytest.importorskip("transformers.utils")
    schema = utils.get_json_schema(tools().submit_intake)["function"]["parameters"]  # type: ignore[attr-defined]
    assert schema["properties"]["decision"]["enum"] == ["accept", "refuse"]


@pytest.mark.parametrize(("agent", "earned"), [("reference", 1.0), ("misreader", None)])
def test_a_delivery_earns_what_the_environment_pays(agent: str, earned: float | None) -> None:
    facade = tools(trap="permute")
    facade.reset()
    answers = deliver(facade, agent, trap="permute")
    paid = play(make(trap="permute"), agent).total
    assert facade.get_reward() == pytest.approx(paid)
    assert earned is None or paid == earned
    assert answers[-1].endswith(OVER)
    assert not any(OVER in answer for answer in answers[:-1])


def test_after_the_end_nothing_is_played() -> None:
    facade = tools()
    facade.reset()
    deliver(facade, "reference")
    assert facade.submit_train(command="start") == OVER  # type: ignore[attr-defined]
    assert facade.read_ticket() == OVER  # type: ignore[attr-defined]
    assert facade.get_reward() == 1.0


def test_a_rollout_that_stops_early_is_graded_where_it_stands() -> None:
    facade = tools()
    first = facade.reset()
    assert "submit_intake" in first
    assert facade.get_reward() == 0.0
    assert facade.read_ticket() == OVER  # type: ignore[attr-defined]
    facade.reset()
    trace = play(make(), "reference", until="config")
    for action in trace.actions:
        getattr(facade, action["tool"])(**flattened(action["tool"], action["arguments"]))
    assert facade.get_reward() == pytest.approx(0.1)


def test_an_object_is_used_again_for_another_ticket() -> None:
    facade = tools()
    facade.reset()
    deliver(facade, "reference")
    assert facade.get_reward() == 1.0
    assert OVER not in facade.reset(seed=3)
    assert facade.get_reward() == 0.0


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ({}, "command: Field required"),
        ({"command": "begin"}, "command: Input should be"),
        ({"command": "start", "why": "now"}, "why: Extra inputs are not permitted"),
    ],
)
def test_a_malformed_call_is_explained_and_costs_a_step(call: dict[str, Any], told: str) -> None:
    facade = tools()
    facade.reset()
    answer = facade.submit_train(**call)  # type: ignore[attr-defined]
    assert told in answer
    assert "199 steps left" in answer


def test_neither_reward_nor_verdict_is_told() -> None:
    facade = tools(trap="permute", reward="dense")
    shown = [facade.reset(), *deliver(facade, "misreader", trap="permute")]
    for secret in ("reward", "verdict", "passed", "permute", "misread"):
        assert not any(secret in answer.lower() for answer in shown), secret


def test_a_handling_that_nobody_trained_ends_the_rollout_with_what_was_earned() -> None:
    facade = tools(trap="permute")
    facade.reset()
    trace = play(make(trap="permute"), "reference")
    calls = [action for action in trace.actions if action["tool"].startswith("submit_")]
    for action in calls[:5]:
        flat = flattened(action["tool"], action["arguments"])
        if action["tool"] == "submit_intake":
            flat["row_filter"] = "message_id lt M-5"
        answer = getattr(facade, action["tool"])(**flat)
    assert "Nobody has trained this handling" in answer
    assert answer.endswith(OVER)
    assert facade.get_reward() == pytest.approx(0.05 * 3)


def test_a_platform_failure_is_raised_and_never_scored(tmp_path: Path) -> None:
    facade = DeliveryTools(store=Store(tmp_path), **SMOKE)
    facade.reset()
    with pytest.raises(ReplayMiss):
        deliver(facade, "reference")
    # TRL shows the tool's exception to the model and goes on: later calls and the reward raise.
    with pytest.raises(InfrastructureError):
        facade.read_ticket()  # type: ignore[attr-defined]
    with pytest.raises(InfrastructureError):
        facade.get_reward()
    facade.reset()
    assert facade.get_reward() == 0.0


def test_a_row_that_names_no_ticket_is_refused() -> None:
    with pytest.raises(UsageError, match="ticket_rows"):
        DeliveryTools().reset()
    with pytest.raises(UsageError, match="call reset"):
        DeliveryTools().get_reward()


def test_rows_name_the_tickets_of_the_suite_and_nothing_of_what_they_hide() -> None:
    rows = ticket_rows()
    assert [row["ticket"] for row in rows] == [item.ticket_id for item in suite("train")]
    assert set(rows[0]) == {"prompt", "ticket"}
    assert [message["role"] for message in rows[0]["prompt"]] == ["system", "user"]
    assert len({json.dumps(row["prompt"]) for row in rows}) == 1
    facade = DeliveryTools()
    assert rows[1]["ticket"] in facade.reset(**rows[1])
    assert facade.reset(**rows[1]) == DeliveryTools().reset(**rows[1])
