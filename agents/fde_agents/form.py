"""A submission as a form: one question a field, each answer checked when it is given."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

YES, NO = ("y", "yes", "true"), ("n", "no", "false")


class NotAnAnswer(ValueError):  # noqa: N818  # it says what the text is
    """The text does not answer the question; says what would."""


@dataclass(frozen=True, slots=True)
class Question:
    """One field, at any depth."""

    path: tuple[str, ...]
    field: FieldInfo
    check: TypeAdapter[Any]

    @property
    def name(self) -> str:
        """Dotted name, as error messages have it."""
        return ".".join(self.path)

    @property
    def about(self) -> str:
        """What is asked, and how to answer."""
        return f"{self.field.description or ''} [{self._how(self.field.annotation)}]".strip()

    def _how(self, kind: Any) -> str:
        if kind is bool:
            return "y or n"
        if get_origin(kind) is Literal:
            return ", ".join(f"{n} {word}" for n, word in enumerate(get_args(kind), start=1))
        if get_origin(kind) is tuple:
            item = get_args(kind)[0]
            if _is_model(item):
                return f"{' '.join(item.model_fields)}; next one behind a ';'; empty for none"
            return f"several of: {self._how(item)}; with commas; empty for none"
        return str(getattr(kind, "__name__", "text")).replace("str", "text")

    def read(self, text: str) -> Any:
        """The value that `text` means, as plain JSON.

        Raises:
            NotAnAnswer: it means none, or one that is out of bounds.
        """
        value = _value(self.field.annotation, text.strip())
        try:
            self.check.validate_json(json.dumps(value))
        except ValidationError as error:
            said = "; ".join(item["msg"] for item in error.errors(include_url=False)[:3])
            raise NotAnAnswer(f"{said}: {self.about}") from None
        return value


@cache
def questions(model: type[BaseModel], above: tuple[str, ...] = ()) -> tuple[Question, ...]:
    """All fields of `model`, those of nested models in their place."""
    found: list[Question] = []
    for name, field in model.model_fields.items():
        path = (*above, name)
        if _is_model(field.annotation):
            found += questions(field.annotation, path)  # type: ignore[arg-type]  # just asked
        else:
            bounded: Any = Annotated[field.annotation, field]
            found.append(Question(path, field, TypeAdapter(bounded)))
    return tuple(found)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _value(kind: Any, text: str) -> Any:
    if kind is bool:
        return _yes_or_no(text)
    if get_origin(kind) is Literal:
        return _choice(get_args(kind), text)
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        parts = [part.strip() for part in text.split(";" if _is_model(item) else ",")]
        return [_value(item, part) for part in parts if part]
    if _is_model(kind):
        return _record(kind, text)
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise NotAnAnswer(f"{text!r} is no {kind.__name__}") from None
    return text


def _yes_or_no(text: str) -> bool:
    if text.lower() in (*YES, *NO):
        return text.lower() in YES
    raise NotAnAnswer("answer y or n")


def _choice(words: tuple[Any, ...], text: str) -> Any:
    if text in words:
        return text
    if text.isdecimal() and 1 <= int(text) <= len(words):
        return words[int(text) - 1]
    raise NotAnAnswer(f"{text!r} is none of: {', '.join(map(str, words))}")


def _record(model: type[BaseModel], text: str) -> dict[str, Any]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise NotAnAnswer(f"{text!r}: {error}") from None
    fields = model.model_fields
    if len(words) != len(fields):
        raise NotAnAnswer(f"{text!r}: write {' '.join(fields)}, quoted where they hold spaces")
    pairs = zip(fields.items(), words, strict=True)
    return {name: _value(field.annotation, word) for (name, field), word in pairs}


@dataclass(frozen=True, slots=True)
class Form:
    """A form of one tool, filled in as far as `answers` go."""

    tool: str
    asked: tuple[Question, ...]
    answers: tuple[Any, ...] = ()

    @classmethod
    def of(cls, tool: str, model: type[BaseModel]) -> Form:
        """The empty form for a tool's arguments."""
        return cls(tool, questions(model))

    @property
    def current(self) -> Question | None:
        """The question that waits; None when all are answered."""
        return self.asked[len(self.answers)] if len(self.answers) < len(self.asked) else None

    def filled(self, text: str) -> Form:
        """With the waiting question answered.

        Raises:
            NotAnAnswer: the text does not answer it.
        """
        assert self.current is not None
        return replace(self, answers=(*self.answers, self.current.read(text)))

    def undone(self) -> Form:
        """Without the last answer."""
        return replace(self, answers=self.answers[:-1])

    def lines(self) -> list[str]:
        """What was answered so far, a line each."""
        pairs = zip(self.asked, self.answers, strict=False)
        return [f"{question.name} = {json.dumps(value)}" for question, value in pairs]

    def arguments(self) -> dict[str, Any]:
        """The tool's arguments, as plain JSON."""
        found: dict[str, Any] = {}
        for question, value in zip(self.asked, self.answers, strict=True):
            place = found
            for part in question.path[:-1]:
                place = place.setdefault(part, {})
            place[question.path[-1]] = value
        return found
