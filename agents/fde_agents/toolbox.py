"""One tool per stage and per read-only tool, made once from the pydantic models.

The schemas keep to what the strict modes of the big providers take: every object closed, every
property required, no references, and bounds as words in the description. The environment
checks every argument anew, so nothing is lost by that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from fde_env.contract.action import ARGUMENTS_OF, READ_TOOLS, STAGE_OF_TOOL
from fde_env.contract.stage import STAGES

# The models of tools without arguments are one and the same, so their words stand here.
ABOUT: Final = MappingProxyType(
    {
        "read_ticket": "Read the customer's request.",
        "list_files": "List the files in the customer's drop.",
        "token_quantiles": "Show how long the training rows are, in tokens.",
        "read_policy": "Read the operator's policy for deliveries.",
        "read_price_list": "Read the prices and the formula for hours.",
        "read_cluster": "Read which pools of GPUs are offered.",
        "read_metrics": "Show the training metrics over the whole run, in about 20 lines.",
        "read_run_record": "Read the platform's record of the run and of the registry.",
        "read_ledger": "Read the ledger's entry of this delivery.",
    }
)
BOUNDS: Final = MappingProxyType(
    {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "exclusiveMinimum": "more than {}",
        "exclusiveMaximum": "less than {}",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minItems": "at least {} items",
        "maxItems": "at most {} items",
        "pattern": "matching {}",
        "multipleOf": "a multiple of {}",
    }
)
KEPT: Final = ("type", "enum", "const", "description")


@dataclass(frozen=True, slots=True)
class ToolCard:
    """What a model is told of one tool."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON schema of the arguments, strict."""

    @property
    def takes_arguments(self) -> bool:
        """Whether there is anything for a strict mode to hold to."""
        return bool(self.parameters["properties"])


@cache
def toolbox() -> tuple[ToolCard, ...]:
    """All tools, the read-only ones first, then the ten stages in order."""
    return tuple(_card(tool) for tool in ARGUMENTS_OF)


def _card(tool: str) -> ToolCard:
    model = ARGUMENTS_OF[tool]
    about = ABOUT.get(tool) or first_sentence(model)
    if tool in READ_TOOLS:
        about += " Changes nothing."
    else:
        stage = STAGE_OF_TOOL[tool]
        about = f"Stage {STAGES.index(stage) + 1} of {len(STAGES)}, {stage}: {about}"
    return ToolCard(tool, about, strict_schema(model))


def first_sentence(model: type[BaseModel]) -> str:
    """What a model is for, from its docstring."""
    line = (model.__doc__ or "").strip().partition("\n")[0]
    return line.partition(". ")[0].rstrip(".") + "."


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of `model` for strict tool calls; a new dict at each call."""
    schema = model.model_json_schema()
    found = _strict(schema, schema.get("$defs", {}))
    found.pop("description", None)
    return found


def _strict(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        return _strict(target | {k: v for k, v in schema.items() if k != "$ref"}, definitions)
    found: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
    limits = [words.format(schema[key]) for key, words in BOUNDS.items() if key in schema]
    if limits:
        found["description"] = f"{schema.get('description', '')} ({', '.join(limits)})".strip()
    if "anyOf" in schema:
        found["anyOf"] = [_strict(variant, definitions) for variant in schema["anyOf"]]
    if "items" in schema:
        found["items"] = _strict(schema["items"], definitions)
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        found["properties"] = {k: _strict(v, definitions) for k, v in properties.items()}
        found["required"] = list(properties)
        found["additionalProperties"] = False
    return found
