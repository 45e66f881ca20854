"""Submissions and tool arguments: strict-schema-safe, frozen, closed; one file a stage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from strategies import instances

import fde_env.contract.submissions as submissions_package
import fde_oracle.rules as rules_package
from fde_env.contract.action import ARGUMENTS_OF, READ_TOOLS, STAGE_OF_TOOL
from fde_env.contract.base import Frozen
from fde_env.contract.stage import KIND_OF, STAGES
from fde_env.contract.submissions import SUBMISSION_OF
from fde_oracle.rules import RULES

MODELS = sorted(set(ARGUMENTS_OF.values()), key=lambda model: model.__name__)
# What neither big provider's strict tool schemas accept, or what lets an agent leave things out.
REFUSED = ("default", "oneOf", "discriminator", "patternProperties", "prefixItems", "not")


def schemas_in(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside `node`, itself included."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from schemas_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from schemas_in(value)


def strictness_problems(schema: dict[str, Any]) -> list[str]:
    """Why a schema would be refused in strict mode; empty when it is safe."""
    found = []
    for node in schemas_in(schema):
        found += [f"{word} in {node}" for word in REFUSED if word in node]
        if node.get("type") != "object":
            continue
        if node.get("additionalProperties") is not False:
            found.append(f"{node.get('title')} is open")
        if sorted(node.get("required", [])) != sorted(node.get("properties", {})):
            found.append(f"{node.get('title')} has optional fields")
    return found


class _Optional(BaseModel):
    note: str = ""


class _FreeForm(Frozen):
    anything: dict[str, int]


@pytest.mark.parametrize("model", [_Optional, _FreeForm])
def test_the_schema_walk_can_fail(model: type[BaseModel]) -> None:
    assert strictness_problems(model.model_json_schema())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_schema_is_safe_for_strict_tools(model: type[BaseModel]) -> None:
    assert strictness_problems(model.model_json_schema()) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_says_what_it_is(model: type[BaseModel]) -> None:
    for node in schemas_in(model.model_json_schema()):
        for name, field in node.get("properties", {}).items():
            assert field.get("description"), f"{node['title']}.{name}"


@given(st.data())
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_instances_are_frozen_closed_and_survive_the_wire(
    model: type[BaseModel], data: st.DataObject
) -> None:
    made = data.draw(instances(model))
    again = model.model_validate_json(made.model_dump_json())
    assert again == made
    with pytest.raises(ValidationError, match="extra_forbidden"):
        model.model_validate({**made.model_dump(), "surprise": 1})
    for name in model.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(made, name, getattr(made, name))
        without = {key: value for key, value in made.model_dump().items() if key != name}
        with pytest.raises(ValidationError, match="missing"):
            model.model_validate(without)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_figure_is_infinite_or_not_a_number(value: float) -> None:
    model = SUBMISSION_OF["schedule"]
    with pytest.raises(ValidationError, match="finite"):
        model.model_validate({"node_type": "H200", "gpu_count": 1, "hours": value, "cost_usd": 1.0})


def _files(package: Any) -> set[str]:
    folder = Path(package.__file__).parent
    return {path.stem for path in folder.glob("*.py")} - {"__init__", "base"}


def test_stages_submissions_and_rules_have_the_same_ten_names() -> None:
    assert len(STAGES) == 10
    assert _files(submissions_package) == _files(rules_package) == set(STAGES)
    assert list(SUBMISSION_OF) == list(RULES) == list(STAGES)
    assert set(KIND_OF) == set(STAGES)
    for stage in STAGES:
        assert SUBMISSION_OF[stage].__module__ == f"fde_env.contract.submissions.{stage}"
        assert RULES[stage].__module__ == f"fde_oracle.rules.{stage}"


def test_one_tool_a_stage_and_no_name_twice() -> None:
    assert list(STAGE_OF_TOOL.values()) == list(STAGES)
    assert not set(STAGE_OF_TOOL) & set(READ_TOOLS)
    assert set(ARGUMENTS_OF) == set(STAGE_OF_TOOL) | set(READ_TOOLS)
