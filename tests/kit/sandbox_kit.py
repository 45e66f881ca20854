"""The backends as tests ask for them."""

from __future__ import annotations

import os

import pytest

from fde_env.sandbox.base import Sandbox
from fde_env.sandbox.choose import make_backend


def require(name: str) -> Sandbox:
    """The backend, or a skip with its reason, or a failure where CI wants it."""
    backend = make_backend(name)
    status = backend.status()
    if not status.available:
        message = f"{name} cannot run here: {status.reason}"
        if os.environ.get("FDE_REQUIRE_DOCKER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return backend
