"""The customers' domains: every module in this folder holds one `DOMAIN`."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from fde_env.errors import UsageError
from fde_env.tickets.domain import Domain


def domain_names() -> tuple[str, ...]:
    """Names of the shipped domains, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


@lru_cache(maxsize=32)
def load_domain(name: str) -> Domain:
    """The domain called `name`; `UsageError` names the known ones."""
    if name not in domain_names():
        known = ", ".join(domain_names())
        raise UsageError(f"There is no domain {name!r}; use one of: {known}.")
    domain: Domain = import_module(f"{__name__}.{name}").DOMAIN
    return domain
