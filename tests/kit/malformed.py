"""Malformed actions in bulk: everything that a broken, careless or hostile agent may send."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, Final

from fde_env.contract.action import ARGUMENTS_OF
from fde_env.contract.stage import STAGES, Stage
from fde_env.parse import MAX_JSON
from fde_env.sampling import sample_model

Draw = Callable[[random.Random], Any]
HUGE: Final = 10**4500
TEXTS: Final = (
    *(
        "",
        " ",
        "\x00",
        "\ud800",
        "\u202etekcit",
        "\U0001f600" * 50,
        "\uff53ubmit_intake",
        "a\nb",
        "null",
    ),
    *("submit_intake;", "../policy.json", "{{ticket}}", "' OR 1=1 --", "<script>", "submit_"),
)


def _nested(depth: int, inner: Any = 0) -> Any:
    for _ in range(depth):
        inner = {"a": inner} if depth % 2 else [inner]
    return inner


def no_field_takes(rng: random.Random) -> Any:
    """A value that is right for no field at all."""
    values = (None, float("nan"), float("-inf"), -1e308, _nested(7), _nested(8), {"": ""}, [[[]]])
    return rng.choice(values)


def _odd(rng: random.Random) -> Any:
    """Any value, sane or not."""
    return rng.choice((no_field_takes(rng), rng.choice(TEXTS), HUGE, 1e308, True, b"\xff", ()))


def _valid(rng: random.Random, tool: str) -> dict[str, Any]:
    import numpy as np

    return sample_model(ARGUMENTS_OF[tool], np.random.default_rng(rng.getrandbits(32)))


def _no_action(rng: random.Random) -> Any:
    return rng.choice((_odd(rng), json.dumps({"a": [_nested(9)]}), rng.randbytes(40), object()))


def _no_tool(rng: random.Random) -> Any:
    return {"tool": _odd(rng), "arguments": {}}


def _keys_too_many(rng: random.Random) -> Any:
    return {"tool": "read_ticket", "arguments": {}, rng.choice(TEXTS): _odd(rng)}


def _arguments_of_another_kind(rng: random.Random) -> Any:
    tool = rng.choice([f"submit_{stage}" for stage in STAGES])
    return {"tool": tool, "arguments": rng.choice((_nested(9), [], "x", HUGE, None, {"a": b""}))}


def _one_field_wrong(rng: random.Random) -> Any:
    tool = rng.choice([f"submit_{stage}" for stage in STAGES])
    arguments = _valid(rng, tool)
    arguments[rng.choice(sorted(arguments))] = no_field_takes(rng)
    return {"tool": tool, "arguments": arguments}


def _one_field_less_or_more(rng: random.Random) -> Any:
    tool = rng.choice([f"submit_{stage}" for stage in STAGES])
    arguments = _valid(rng, tool)
    if rng.random() < 0.5:
        del arguments[rng.choice(sorted(arguments))]
    else:
        arguments[rng.choice(("passed", "reward", "verdict", "__class__", ""))] = True
    return {"tool": tool, "arguments": arguments}


def _cut_or_doubled_json(rng: random.Random) -> Any:
    tool = rng.choice([f"submit_{stage}" for stage in STAGES])
    text = json.dumps({"tool": tool, "arguments": _valid(rng, tool)})
    if rng.random() < 0.5:
        return text[: rng.randrange(len(text))]
    # The last of two equal keys counts: a right tool in front hides a wrong one.
    return text[:-1] + ', "tool": "submit_everything"}'


def _bad_read(rng: random.Random) -> Any:
    where = rng.choice(("read_file", "column_stats", "read_logs", "run_eval"))
    arguments = _valid(rng, where)
    arguments[rng.choice(sorted(arguments))] = no_field_takes(rng)
    return {"tool": where, "arguments": arguments}


KINDS: Final[tuple[Draw, ...]] = (
    _no_action,
    _no_tool,
    _keys_too_many,
    _arguments_of_another_kind,
    _one_field_wrong,
    _one_field_less_or_more,
    _cut_or_doubled_json,
    _bad_read,
)


def malformed(rng: random.Random) -> Any:
    """An action that no stage and no tool takes."""
    return rng.choice(KINDS)(rng)


def out_of_order(rng: random.Random, stage: Stage) -> Any:
    """A valid submission of another stage than the one that waits."""
    tool = f"submit_{rng.choice([other for other in STAGES if other != stage])}"
    return {"tool": tool, "arguments": _valid(rng, tool)}


def oversized() -> tuple[Any, ...]:
    """Actions that are valid but for their size, in each form that an action may have."""
    clause = {"column": "text", "operator": "ge", "value": ""}
    intake = _valid(random.Random(0), "submit_intake") | {"decision": "accept"}
    long = {"tool": "submit_intake", "arguments": intake | {"row_filter": [clause] * 100_000}}
    name = {"name": "x" * (2 * MAX_JSON), "start": 0, "rows": 1}
    return (long, json.dumps(long), {"tool": "read_file", "arguments": name})
