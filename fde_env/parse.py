"""From whatever a policy sends to a validated `Action`, or a `MalformedAction` that says why."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError

from fde_env.contract.action import ARGUMENTS_OF, Action
from fde_env.errors import MalformedAction

SHAPE = '{"tool": name, "arguments": {...}}'
MAX_JSON = 200_000


def parse_action(raw: Any) -> Action:
    """Validate an action given as dict, JSON text, `Action`, or a submission model.

    Raises:
        MalformedAction: it is none of these, or the tool or its arguments are not valid.
    """
    if isinstance(raw, (str, bytes, bytearray)):
        raw = _from_json(raw)
    if isinstance(raw, Action):
        raw = raw.as_dict()
    elif isinstance(raw, BaseModel):
        raw = _from_model(raw)
    if not isinstance(raw, dict):
        raise MalformedAction(f"an action is {SHAPE}, not {type(raw).__name__}")
    extra = [str(key) for key in raw if key not in ("tool", "arguments")]
    if extra or "tool" not in raw:
        raise MalformedAction(f"an action is {SHAPE}, with these two keys and no other")
    tool, arguments = raw["tool"], raw.get("arguments", {})
    if not isinstance(tool, str) or tool not in ARGUMENTS_OF:
        raise MalformedAction(
            f"there is no tool {str(tool)[:80]!r}; tools: {', '.join(ARGUMENTS_OF)}"
        )
    return Action(tool=tool, arguments=_arguments(tool, arguments))


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
            return {"tool": tool, "arguments": model.model_dump(mode="json")}
    raise MalformedAction(
        f"{type(model).__name__} is no stage's submission; send a read tool as {SHAPE}"
    )


def _arguments(tool: str, arguments: Any) -> BaseModel:
    model = ARGUMENTS_OF[tool]
    if not isinstance(arguments, dict):
        raise MalformedAction(f"the arguments of {tool} are an object, not {arguments!r:.80}")
    try:
        # JSON mode, so that lists stand for tuples as they do on the wire.
        return model.model_validate_json(json.dumps(arguments))
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
