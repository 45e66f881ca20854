"""Actions on their way to another process, whatever they are.

A policy may send anything, and a bad action is explained, never raised. Of a type that another
process may not know it gets a stand-in, which is taken or refused in the same words.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Sequence
from types import BuiltinFunctionType, FunctionType
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, create_model

KNOWN: Final = frozenset({"builtins", "copyreg", "fde_env", "numpy"})
KEPT_DEPTH: Final = 20
"""Levels that are kept of an action nested too deeply to be sent; no valid one has as many."""
EXACTLY: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    *((str, str.__str__), (bytes, bytes.__bytes__), (int, int.__int__), (float, float.__float__)),
    *((list, list.copy), (tuple, list)),
)
"""What makes a plain value of one of a subtype."""
SHOWN: Final = 100
"""Characters that are kept of how a value shows itself; a refusal quotes fewer."""


def packed(command: str, actions: Sequence[Any]) -> bytes:
    """A message `(command, (actions,))` for `pickle.loads` of another process."""
    try:
        return _dumps((command, (list(actions),)))
    except Exception:  # noqa: BLE001  # a policy's own object may raise anything when looked at
        return _dumps((command, ([_sendable(action) for action in actions],)))


def stand_in(name: str, shown: str | None) -> Any:
    """A value of a type called `name` that shows itself as `shown`, or not at all."""

    def show(self: Any) -> str:
        if shown is None:
            raise ValueError(f"{type(self).__name__} cannot be shown")
        return shown

    return type(name, (), {"__module__": "stand_in", "__repr__": show})()


def model_stand_in(name: str, values: dict[str, Any]) -> BaseModel:
    """A model of a type called `name`, nothing of it checked."""
    kind: type[BaseModel] = create_model(name, __config__=ConfigDict(extra="allow"))
    return kind.model_construct(**values)


class _ActionPickler(pickle.Pickler):
    """Is asked about all that is not a plain value, list, tuple, set or dict, and nothing else."""

    def reducer_override(self, obj: Any) -> Any:
        """How to make `obj` again; `NotImplemented` for the usual way."""
        if isinstance(obj, (type, FunctionType, BuiltinFunctionType)):
            # What values are made again by stands here too.
            return NotImplemented if _known(obj) else _stand_in(obj)
        kind = type(obj)
        if _known(kind) and kind.__module__ != "builtins":
            return NotImplemented
        if isinstance(obj, BaseModel):
            return model_stand_in, (kind.__name__, obj.model_dump(warnings=False))
        return _of_plain_kind(obj) or _stand_in(obj)


def _known(named: Any) -> bool:
    root = str(named.__module__).partition(".")[0]
    return root in KNOWN and "<" not in named.__qualname__


def _of_plain_kind(obj: Any) -> Any:
    """A value of a subtype as JSON takes it: as one of the type itself."""
    if isinstance(obj, dict):
        return dict, (), None, None, iter(dict.items(obj))
    for kind, exactly in EXACTLY:
        if isinstance(obj, kind):
            return kind, (exactly(obj),)
    return None


def _stand_in(obj: Any) -> Any:
    try:
        shown = repr(obj)[:SHOWN]
    except Exception:  # noqa: BLE001  # as above
        shown = None
    return stand_in, (type(obj).__name__, shown)


def _dumps(message: Any) -> bytes:
    buffer = io.BytesIO()
    _ActionPickler(buffer, pickle.HIGHEST_PROTOCOL).dump(message)
    return buffer.getvalue()


def _sendable(action: Any) -> Any:
    """The action, or as much of it as can be sent."""
    for attempt in (action, _pruned(action, KEPT_DEPTH)):
        try:
            _dumps(attempt)
        except Exception:  # noqa: BLE001, S112  # as above; the next attempt asks for less
            continue
        return attempt
    return stand_in(type(action).__name__, None)


def _pruned(value: Any, depth: int) -> Any:
    """Lists and dicts down to `depth` levels, what lies deeper as stand-ins."""
    if type(value) not in (dict, list):
        return value
    if depth == 0:
        return stand_in(type(value).__name__, None)
    if type(value) is list:
        return [_pruned(item, depth - 1) for item in value]
    return {name: _pruned(item, depth - 1) for name, item in value.items()}
