"""Whatever a policy sends, an environment in another process answers as one at hand does."""

from __future__ import annotations

import collections
import enum
import random
from functools import partial
from typing import Any

import pytest
from delivery_kit import SMOKE, STORE, look, make
from malformed import malformed, oversized
from pydantic import BaseModel

from fde_env.contract.action import Action
from fde_env.contract.submissions import SUBMISSION_OF
from fde_env.env import FDEDeliveryEnv
from fde_env.runs.store import Store
from fde_env.vector import DeliveryVectorEnv


class Whole(enum.IntEnum):
    ROWS = 3


class Word(str):
    """Text of a type of its own."""

    __slots__ = ()


class Hostile:
    def __reduce__(self) -> Any:
        raise RuntimeError("not to be sent")

    def __repr__(self) -> str:
        raise RuntimeError("not to be shown")


class Strange(BaseModel):
    name: str = "order_form.md"
    start: int = 0
    rows: Any = 5


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


class Local:
    """Stands for a class that was made after the processes were."""

    kind = type("Later", (), {"__repr__": lambda _: "Later()"})


SENT = (
    *(None, 3, float("nan"), "{}", b'{"tool": "read_ticket"}', bytearray(b"{"), {1, 2}, ("a",)),
    *(range(3), len, dict, Strange, Strange(), 1j, ValueError("x"), Local.kind(), Hostile()),
    *(lambda: None, (item for item in ()), Word("{}"), _deep(7), [_deep(5000)]),
    *(look("read_ticket", more=value) for value in (Hostile(), {1}, len, Local.kind())),
    *({"tool": value} for value in (Word("read_ticket"), len, range(4), Hostile(), Local.kind())),
    *({"tool": "read_ticket", "arguments": value} for value in (range(9), Word("x"), Hostile())),
    {"tool": "read_file", "arguments": Strange()},
    {"tool": "read_file", "arguments": Strange(rows=Whole.ROWS)},
    {"tool": "read_file", "arguments": Strange(rows=Local.kind())},
    {"tool": "read_file", "arguments": Strange.model_construct(rows={"a": len})},
    collections.OrderedDict(tool="read_file", arguments=collections.OrderedDict(name=Word("x"))),
    look("read_logs", since_step=Whole.ROWS),
    {"tool": "read_ticket", Local.kind(): 3},
    Action.model_construct(tool="read_ticket", arguments=Local.kind()),
    SUBMISSION_OF["intake"].model_construct(decision=Local.kind()),
)


@pytest.fixture(scope="module")
def both() -> Any:
    venv = DeliveryVectorEnv(
        partial(FDEDeliveryEnv, store=Store(STORE), execution="replay", **SMOKE), 2, processes=2
    )
    yield venv, make()
    venv.close()


def answers(both: Any, action: Any) -> tuple[Any, Any]:
    venv, single = both
    venv.reset(seed=0)
    single.reset(seed=0)
    # The first environment is in this process, the second in another.
    seen = venv.step((look("read_ticket"), action))[0]
    return {name: seen[name][1] for name in seen}, single.step(action)[0]


@pytest.mark.parametrize("place", range(len(SENT)))
def test_an_odd_action_is_answered_in_the_same_words(both: Any, place: int) -> None:
    there, here = answers(both, SENT[place])
    assert there == here


def test_malformed_actions_in_bulk_are_answered_in_the_same_words(both: Any) -> None:
    rng = random.Random(5)
    bulk = [action for _ in range(300) if type(action := malformed(rng)) is not object]
    for action in (*bulk, *oversized()):
        there, here = answers(both, action)
        assert there == here, action


def test_arguments_nested_too_deeply_to_be_sent_are_refused_as_no_json(both: Any) -> None:
    there, here = answers(both, {"tool": "read_ticket", "arguments": _deep(5000)})
    told = "read_ticket: the arguments are not plain JSON ("
    assert told in there["message"]
    assert told in here["message"]
