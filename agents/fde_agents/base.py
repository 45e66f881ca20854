"""What a policy is: anything that turns an observation into an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

from fde_env.errors import UsageError

Observation = Mapping[str, Any]
Action = Mapping[str, Any] | str


@runtime_checkable
class Policy(Protocol):
    """An object with `act(observation) -> action`; a plain callable will do as well."""

    def act(self, observation: Any) -> Any:
        """The next action, `{"tool": name, "arguments": {...}}` as mapping or JSON text."""
        ...


def acting(policy: Policy | Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function of a policy, whichever of the two forms it has.

    Raises:
        UsageError: it is neither.
    """
    if isinstance(policy, Policy):
        return policy.act
    if callable(policy):
        return policy
    raise UsageError("a policy is a callable or has act(observation); this is neither")


def load(path: str) -> Policy | Callable[[Any], Any]:
    """The policy at `module:Name`; a class is called without arguments.

    Raises:
        UsageError: there is no such module or name.
    """
    module, _, name = path.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"no policy at {path!r} ({error}); write module:Name") from error
    policy: Policy | Callable[[Any], Any] = found() if isinstance(found, type) else found
    return policy
