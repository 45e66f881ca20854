"""The benchmark run: agents x tickets x pressure x injection x trials, played, kept, measured.

    request -> plan -> units -> executor -> trajectories -> rows -> summary

`plan` says what is played, `play` plays it, `folder` keeps one file an episode that is whole or not
there, `row` and `metrics` turn the files into figures. `evaluate` does it all:

>>> import fde_env.evaluate as bench
>>> request = bench.parse_request({"agents": ["null"], "tickets": [{"seed": 1}]})
>>> request.pressure, request.trials
(('none',), 1)
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

_HOMES: Final = MappingProxyType(
    {
        "parse_request": "request",
        "plan_of": "request",
        "read_request": "request",
        "Place": "run",
        "evaluate": "run",
        "read_summary": "run",
        "Summary": "summary",
        "Trajectory": "trajectory",
        "read_trajectory": "trajectory",
    }
)


def __getattr__(name: str) -> Any:
    # Loaded on use: the command line imports this package to list its commands.
    if name in _HOMES:
        return getattr(import_module(f"fde_env.evaluate.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
