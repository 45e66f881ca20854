"""Heavy parts of the operator's side are installed with the `ops` extra and loaded on use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fde_env.errors import UsageError


@contextmanager
def ops_extra(what: str) -> Iterator[None]:
    """Imports inside say what to install when they fail.

    Raises:
        UsageError: the package is missing.
    """
    try:
        yield
    except ImportError as error:
        missing = error.name or "a package of the ops extra"
        raise UsageError(f"{what} needs {missing}: pip install 'fde-env[ops]'") from error
