"""Flat parameters are those of the models, and lead back to the nested arguments."""

from __future__ import annotations

from typing import Any, Literal, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from strategies import instances

from fde_env.bridges.flat import flattened, nested, parameters
from fde_env.contract.action import ARGUMENTS_OF, STAGE_OF_TOOL
from fde_env.parse import parse_action


def leaves(model: type[BaseModel]) -> list[str]:
    found: list[str] = []
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += [f"{name}_{leaf}" for leaf in leaves(kind)]
        else:
            found.append(name)
    return found


@pytest.mark.parametrize("tool", ARGUMENTS_OF)
def test_every_leaf_of_the_model_is_one_scalar_with_words_of_its_own(tool: str) -> None:
    found = parameters(tool)
    assert [item.name for item in found] == leaves(ARGUMENTS_OF[tool])
    assert len({item.name for item in found}) == len(found)
    for item in found:
        scalar = item.hint in (int, float, bool, str) or get_origin(item.hint) is Literal
        assert scalar, item
        assert item.about
        assert "\n" not in item.about


def test_a_description_and_its_bounds_are_the_models() -> None:
    (alpha,) = [item for item in parameters("submit_plan") if item.name == "acceptance_alpha"]
    assert alpha.about == "Level of the test, a probability. (more than 0, less than 1)"
    (rows,) = [item for item in parameters("read_file") if item.name == "rows"]
    assert rows.about == "Lines to read, at most 200. (at least 1, at most 200)"
    (name,) = [item for item in parameters("submit_register") if item.name == "name"]
    assert "at most 128 characters" in name.about


@pytest.mark.parametrize("tool", STAGE_OF_TOOL)
@given(data=st.data())
def test_a_submission_survives_flattening(tool: str, data: st.DataObject) -> None:
    submission = data.draw(instances(ARGUMENTS_OF[tool]))
    arguments = submission.model_dump(mode="json")
    for clause in arguments.get("row_filter", []):
        # One word each, since the text's own separators cannot be written in it.
        clause["column"] = "".join(clause["column"].split()).replace(";", "") or "a"
        clause["value"] = " ".join(clause["value"].replace(";", "").split()) or "b"
    again = nested(tool, flattened(tool, arguments))
    assert parse_action({"tool": tool, "arguments": again}).as_dict()["arguments"] == arguments


def test_a_value_with_spaces_stays_whole_and_empty_text_is_no_clause() -> None:
    given_text = {"row_filter": "received ge 2024-03-01 ;team eq back office"}
    assert nested("submit_intake", given_text)["row_filter"] == [
        {"column": "received", "operator": "ge", "value": "2024-03-01"},
        {"column": "team", "operator": "eq", "value": "back office"},
    ]
    assert nested("submit_intake", {"row_filter": " "}) == {"row_filter": []}
    assert nested("submit_card", {"disclosures": ""}) == {"disclosures": []}


def test_what_a_tool_does_not_have_is_left_for_validation() -> None:
    assert nested("read_ticket", {"name": "x"}) == {"name": "x"}
    assert nested("submit_intake", {"row_filter": "received"})["row_filter"] == [
        {"column": "received"}
    ]
