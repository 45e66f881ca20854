"""Random valid values of pydantic models: what the action space samples."""

from __future__ import annotations

import types
import typing
from typing import Any, Literal, get_args, get_origin

import annotated_types
import numpy as np
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from fde_env.contract.action import ARGUMENTS_OF

WORDS = (
    *("text", "code_1", "message_id", "messages.csv", "labels_1.csv", "labels_2.csv"),
    *("label_map_1.json", "label_map_2.json", "policy.json", "data_dictionary.md", "split"),
)


def sample_action(rng: np.random.Generator) -> dict[str, Any]:
    """A random tool with random valid arguments."""
    tools = list(ARGUMENTS_OF)
    tool = tools[int(rng.integers(len(tools)))]
    return {"tool": tool, "arguments": sample_model(ARGUMENTS_OF[tool], rng)}


def sample_model(model: type[BaseModel], rng: np.random.Generator) -> dict[str, Any]:
    """JSON form of a random valid instance of `model`."""
    return {
        name: _value(field.annotation, field, rng) for name, field in model.model_fields.items()
    }


def _bounds(field: FieldInfo) -> tuple[float, float]:
    low, high = 0.0, 10.0
    for limit in field.metadata:
        if isinstance(limit, annotated_types.Ge):
            low = float(typing.cast("float", limit.ge))
            high = max(high, low + 10)
        elif isinstance(limit, annotated_types.Le):
            high = float(typing.cast("float", limit.le))
        elif isinstance(limit, annotated_types.Lt):
            high = float(typing.cast("float", limit.lt))
    return low, high


def _value(  # noqa: PLR0911  # one return for each kind of field
    kind: Any, field: FieldInfo, rng: np.random.Generator
) -> Any:
    origin = get_origin(kind)
    if origin is Literal:
        choices = get_args(kind)
        return choices[int(rng.integers(len(choices)))]
    if origin is tuple:
        item = get_args(kind)[0]
        return [_value(item, field, rng) for _ in range(int(rng.integers(3)))]
    if origin in (typing.Union, types.UnionType):
        return _value(get_args(kind)[0], field, rng)
    if kind is bool:
        return bool(rng.integers(2))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return sample_model(kind, rng)
    if kind is str:
        return WORDS[int(rng.integers(len(WORDS)))]
    low, high = _bounds(field)
    if kind is int:
        return int(rng.integers(int(low), int(min(high, low + 1000)) + 1))
    # Strictly inside, since some bounds are open.
    return float(low + (high - low) * (0.01 + 0.98 * rng.random()))
