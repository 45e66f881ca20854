"""From an agent's name to a policy: `anthropic:MODEL`, `openai:MODEL`, `local:FOLDER`, `human`.

Options follow behind a question mark, as in an address:
`openai:qwen3?base_url=http://127.0.0.1:8000/v1&token_budget=500000`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from fde_agents.base import Policy, load
from fde_agents.settings import parse_settings
from fde_env.errors import UsageError

MODELS: Final = ("anthropic", "openai", "local")
HUMAN: Final = "human"
FORMS: Final = ("anthropic:MODEL", "openai:MODEL", "local:FOLDER", HUMAN, "module:Name")


def seated(name: str) -> Policy | Callable[[Any], Any]:
    """The policy called `name`.

    Raises:
        UsageError: there is none of that name, an option is unknown, or a key is missing.
    """
    kind, colon, rest = name.partition(":")
    if name == HUMAN:
        return _made(import_module("fde_agents.human").HumanPolicy())
    if kind in MODELS:
        if not rest:
            raise UsageError(f"{name!r} names no model; write {kind}:MODEL")
        return _made(import_module(f"fde_agents.{kind}").seat(parse_settings(rest)))
    if colon:
        return load(name)
    raise UsageError(f"no agent {name!r}; forms: {', '.join(FORMS)}")


def _made(policy: Policy) -> Policy:
    return policy
