"""From whatever a policy sends to a validated `Action`, or a `MalformedAction` that says why."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError

from fde_env.contract.action import ARGUMENTS_OF, Action
from fde_env.errors import MalformedAction

SHAPE = '{"tool": name, "arguments": {...}}'
MAX_JSON = 200_000
SHORT_JSON = 2_000


def parse_action(raw: Any) -> Action:
    """Validate an action given as dict, JSON text, `Action`, or a submission model.

    Raises:
        MalformedAction: it is none of these, or the tool or its arguments are not valid.
    """
    if not isinstance(raw, dict):
        raw = _as_dict(raw)
    if "tool" not in raw or len(raw) > 1 + ("arguments" in raw):
        raise MalformedAction(f"an action is {SHAPE}, with these two keys and no other")
    tool, arguments = raw["tool"], raw.get("arguments", {})
    if not isinstance(tool, str) or tool not in ARGUMENTS_OF:
        raise MalformedAction(f"there is no tool {_shown(tool)}; tools: {', '.join(ARGUMENTS_OF)}")
    return _with_arguments(tool, arguments)


def _as_dict(raw: Any) -> dict[str, Any]:
    if isinstance(raw, (str, bytes, bytearray)):
        raw = _from_json(raw)
    if isinstance(raw, Action):
        return {"tool": raw.tool, "arguments": raw.arguments}
    if isinstance(raw, BaseModel):
        return _from_model(raw)
    if not isinstance(raw, dict):
        raise MalformedAction(f"an action is {SHAPE}, not {type(raw).__name__}")
    return raw


def _shown(value: Any) -> str:
    """The beginning of a value as text, whatever it is."""
    try:
        return repr(value[:80] if isinstance(value, str) else value)[:82]
    except Exception:  # noqa: BLE001  # a policy's own object may raise anything when it is shown
        return f"of type {type(value).__name__}"


def _from_json(text: str | bytes | bytearray) -> Any:
    if len(text) > MAX_JSON:
        raise MalformedAction(f"the action's JSON is longer than {MAX_JSON} characters")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedAction(f"the action is not valid JSON ({error}); send {SHAPE}") from None


def _from_model(model: BaseModel) -> dict[str, Any]:
    for tool, arguments in ARGUMENTS_OF.items():
        if tool.startswith("submit_") and type(model) is arguments:
            return {"tool": tool, "arguments": model}
    raise MalformedAction(
        f"{type(model).__name__} is no stage's submission; send a read tool as {SHAPE}"
    )


def _action(tool: str, text: str) -> Action:
    return Action(tool=tool, arguments=ARGUMENTS_OF[tool].model_validate_json(text))


# Policies send the same few actions again and again.
_short_action = lru_cache(maxsize=2048)(_action)


def _with_arguments(tool: str, arguments: Any) -> Action:
    if isinstance(arguments, BaseModel):
        # Not validated by construction alone (`model_construct`), and maybe of another tool.
        arguments = arguments.model_dump(warnings=False)
    if not isinstance(arguments, dict):
        raise MalformedAction(f"the arguments of {tool} are an object, not {_shown(arguments)}")
    try:
        # JSON mode, so that lists stand for tuples as they do on the wire.
        text = json.dumps(arguments)
        if len(text) > MAX_JSON:
            raise MalformedAction(f"the arguments of {tool} are longer than {MAX_JSON} characters")
        return _short_action(tool, text) if len(text) <= SHORT_JSON else _action(tool, text)
    except ValidationError as error:
        raise MalformedAction(f"{tool}: {_problems(error)}") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise MalformedAction(f"{tool}: the arguments are not plain JSON ({error})") from None


def _problems(error: ValidationError) -> str:
    found = []
    for problem in error.errors(include_url=False, include_context=False)[:8]:
        where = ".".join(str(part) for part in problem["loc"]) or "arguments"
        found.append(f"{where}: {problem['msg']}")
    return "; ".join(found)


def _valid_action(value: dict[str, Any]) -> dict[str, Any]:
    try:
        parse_action(value)
    except MalformedAction as error:
        raise ValueError(str(error)) from None
    return value


ACTION_ADAPTER = TypeAdapter[Any](Annotated[dict[str, Any], AfterValidator(_valid_action)])
