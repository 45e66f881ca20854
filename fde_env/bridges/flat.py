"""Submissions as flat lists of scalars, for callers whose tools take no nested arguments.

A nested field becomes one parameter a leaf, its path joined by underscores
(`acceptance.alpha` is `acceptance_alpha`). A list of words becomes one text with commas, a list
of records one text with semicolons. All is made from the pydantic models, so nothing can drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from fde_env.contract.action import ARGUMENTS_OF


@dataclass(frozen=True, slots=True)
class Parameter:
    """One scalar argument of a tool.

    Attributes:
        path: where the value stands in the nested arguments.
        hint: int, float, bool, str or a Literal of words.
        about: one line for whoever calls the tool.
        packed: names of the record's fields when the text holds records; the empty tuple when
            it holds words; None when the value stands for itself.
    """

    path: tuple[str, ...]
    hint: Any
    about: str
    packed: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """The path as one identifier."""
        return "_".join(self.path)

    def unpack(self, value: Any) -> Any:
        """The nested value that a scalar means; what cannot be split is left for validation."""
        if self.packed is None or not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(";" if self.packed else ",")]
        parts = [part for part in parts if part]
        if not self.packed:
            return parts
        # The last field takes the rest, since values may hold spaces.
        words = (part.split(maxsplit=len(self.packed) - 1) for part in parts)
        return [dict(zip(self.packed, found, strict=False)) for found in words]


@cache
def parameters(tool: str) -> tuple[Parameter, ...]:
    """The flat parameters of a tool, in the order of its fields."""
    return tuple(_of_model(ARGUMENTS_OF[tool], ()))


def nested(tool: str, flat: Mapping[str, Any]) -> dict[str, Any]:
    """The tool's arguments as the environment takes them.

    Names that the tool does not have stay as they are and missing ones stay away, so that the
    environment explains both as it explains every malformed action.
    """
    found: dict[str, Any] = {}
    known = {parameter.name: parameter for parameter in parameters(tool)}
    for name, value in flat.items():
        parameter = known.get(name)
        *outer, last = parameter.path if parameter else (name,)
        place = found
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = parameter.unpack(value) if parameter else value
    return found


def flattened(tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Nested arguments in plain JSON as flat scalars; undone by `nested`.

    A list is written as text, so no word of it may hold its separator.
    """
    found: dict[str, Any] = {}
    for parameter in parameters(tool):
        value: Any = arguments
        for part in parameter.path:
            value = value[part]
        if parameter.packed is not None:
            joint = "; " if parameter.packed else ", "
            names = parameter.packed
            value = joint.join(
                " ".join(item[n] for n in names) if names else item for item in value
            )
        found[parameter.name] = value
    return found


def _of_model(model: type[BaseModel], above: tuple[str, ...]) -> list[Parameter]:
    found: list[Parameter] = []
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        if _is_model(kind):
            found += _of_model(kind, (*above, name))
        else:
            found.append(_leaf((*above, name), kind, field))
    return found


def _leaf(path: tuple[str, ...], kind: Any, field: FieldInfo) -> Parameter:
    about = " ".join(word for word in ((field.description or "").strip(), _bounds(field)) if word)
    if get_origin(kind) is not tuple:
        return Parameter(path, kind, about)
    item = get_args(kind)[0]
    if _is_model(item):
        names = tuple(item.model_fields)
        how = f"Text: '{' '.join(names)}', the next one behind a ';'. {_choices(item)}"
        return Parameter(path, str, f"{about} {how} Empty text for none.", names)
    how = f"Text: words with commas, out of {', '.join(get_args(item))}. Empty text for none."
    return Parameter(path, str, f"{about} {how}", ())


def _choices(model: type[BaseModel]) -> str:
    told = [
        f"{name}: {', '.join(get_args(field.annotation))}."
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is Literal
    ]
    return " ".join(told)


def _bounds(field: FieldInfo) -> str:
    """Bounds in words; tool schemas made from signatures have no place for them."""
    told = (("gt", "more than"), ("ge", "at least"), ("lt", "less than"), ("le", "at most"))
    found = [
        f"{words} {getattr(limit, name)}"
        for limit in field.metadata
        for name, words in told
        if getattr(limit, name, None) is not None
    ]
    lengths = (("min_length", "at least"), ("max_length", "at most"))
    found += [
        f"{words} {getattr(limit, name)} characters"
        for limit in field.metadata
        for name, words in lengths
        if getattr(limit, name, None) is not None
    ]
    return f"({', '.join(found)})" if found else ""


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
