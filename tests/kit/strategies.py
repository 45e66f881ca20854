"""Hypothesis strategies: any valid instance of a contract model, and any nonsense."""

from __future__ import annotations

import types
import typing
from typing import Any, Literal, get_args, get_origin

import annotated_types
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

# Figures as people and models write them, true or not, and ways to hide one.
PROSE = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            ["99%", ".8", "1e-9", "1e400", "1e99999", "-0", "83 %", "1,1,1", "٩٩%", "10²", "½"]
        ),
        st.from_regex(r"[0-9.,e%+-]{1,12}", fullmatch=True),
    ),
    max_size=6,
).map(" ".join)


def _limits(field: FieldInfo | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for limit in field.metadata if field else ():
        if isinstance(limit, annotated_types.Ge):
            found["min_value"] = limit.ge
        elif isinstance(limit, annotated_types.Gt):
            found |= {"min_value": limit.gt, "exclude_min": True}
        elif isinstance(limit, annotated_types.Le):
            found["max_value"] = limit.le
        elif isinstance(limit, annotated_types.Lt):
            found |= {"max_value": limit.lt, "exclude_max": True}
        elif isinstance(limit, annotated_types.MinLen):
            found["min_size"] = limit.min_length
        elif isinstance(limit, annotated_types.MaxLen):
            found["max_size"] = limit.max_length
    return found


def value_of(kind: Any, field: FieldInfo | None = None) -> st.SearchStrategy[Any]:
    """Valid values of an annotation, within the field's bounds."""
    origin, limits = get_origin(kind), _limits(field)
    if origin is Literal:
        found: st.SearchStrategy[Any] = st.sampled_from(get_args(kind))
    elif origin is tuple and get_args(kind)[-1] is Ellipsis:
        found = st.lists(value_of(get_args(kind)[0]), max_size=4).map(tuple)
    elif origin is tuple:
        found = st.tuples(*(value_of(item) for item in get_args(kind)))
    elif origin in (typing.Union, types.UnionType):
        found = st.one_of(*(value_of(item) for item in get_args(kind)))
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        found = instances(kind)
    else:
        found = _plain(kind, limits)
    return found


def _plain(kind: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    if kind is int:
        low = max(limits.get("min_value", 0), 0)
        return st.integers(low, limits.get("max_value", 10**6))
    if kind is float:
        limits = {"min_value": 0, "max_value": 1e12, **limits}
        return st.floats(allow_nan=False, allow_infinity=False, **limits)
    if kind is str:
        prose = limits.get("max_size", 0) >= 2000
        return PROSE if prose else st.text(**{"max_size": 20, **limits})
    return {bool: st.booleans(), type(None): st.none()}[kind]


def instances(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Valid instances of a contract model."""
    fields = {name: value_of(item.annotation, item) for name, item in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(lambda values: model(**values))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["tool", "arguments", "submit_intake", "read_file"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
