"""Tools and system prompt: made from the models, strict for both SDKs, silent about tickets."""

from __future__ import annotations

import copy
import json
import re
from typing import Any, get_args

import pytest
from provider_form import loose

from fde_agents.prompt import system_prompt
from fde_agents.toolbox import ABOUT, ToolCard, strict_schema, toolbox
from fde_env.contract.action import ARGUMENTS_OF, READ_TOOLS
from fde_env.contract.stage import STAGES
from fde_env.contract.submissions import IntakeSubmission
from fde_env.contract.ticket import TrapName

CARDS = {card.name: card for card in toolbox()}
# How a delivery is judged, and what a benchmark calls things.
JUDGED = ("reward", "scored", "oracle", "verdict", "grade", "earn", "pass", "benchmark", "tbdl")
JUDGED += ("misread", "hazard", "trap", "gold", "careful")


def test_every_tool_is_there_once_and_only_tools_without_arguments_have_words_of_their_own() -> (
    None
):
    assert [card.name for card in toolbox()] == list(ARGUMENTS_OF)
    bare = {name for name in READ_TOOLS if not CARDS[name].takes_arguments}
    assert set(ABOUT) == bare


@pytest.mark.parametrize("card", toolbox(), ids=lambda card: card.name)
def test_a_tools_schema_is_strict_at_any_depth(card: ToolCard) -> None:
    assert card.parameters["type"] == "object"
    assert loose(card.parameters) is None
    assert set(card.parameters["properties"]) == set(ARGUMENTS_OF[card.name].model_fields)


@pytest.mark.parametrize("card", toolbox(), ids=lambda card: card.name)
def test_both_sdks_find_nothing_to_change_in_a_schema(card: ToolCard) -> None:
    from anthropic import transform_schema
    from openai.lib._pydantic import _ensure_strict_json_schema

    given = card.parameters
    assert _plain(transform_schema(given)) == _plain(given)
    mine = copy.deepcopy(given)
    assert _ensure_strict_json_schema(mine, path=(), root=mine) == given


def _plain(schema: Any) -> Any:
    """Anthropic's reader leaves out the type beside an enum, and titles never come along."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _plain(value) for key, value in schema.items()}
    if "enum" in found or "const" in found:
        found.pop("type", None)
    return found


def test_bounds_become_words() -> None:
    rows = CARDS["read_file"].parameters["properties"]["rows"]
    assert rows["description"].endswith("(at least 1, at most 200)")
    rate = CARDS["submit_config"].parameters["properties"]["learning_rate"]
    assert "more than 0" in rate["description"]


def test_a_schema_belongs_to_whoever_asked_for_it() -> None:
    strict_schema(IntakeSubmission)["properties"].clear()
    assert strict_schema(IntakeSubmission)["properties"]


def test_the_prompt_names_the_stages_in_order_and_every_limit_that_can_end_an_episode() -> None:
    prompt = system_prompt()
    places = [prompt.index(f"{n}. {stage}.") for n, stage in enumerate(STAGES, start=1)]
    assert places == sorted(places)
    assert "steps" in prompt
    assert "reads" in prompt


def test_neither_prompt_nor_tools_say_what_may_be_wrong_or_how_it_is_judged() -> None:
    words = set(re.findall(r"[a-z_]+", system_prompt().lower()))
    assert not words & set(get_args(TrapName)) - {"none"}
    told = system_prompt() + json.dumps([[c.name, c.description, c.parameters] for c in toolbox()])
    found = [word for word in JUDGED if re.search(rf"\b{word}", told.lower())]
    assert found == []
