"""A Ray of our own on the loopback interface."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fde_env.evaluate.executors.ray_cluster import ALONE


@contextmanager
def ray_here(**resources: Any) -> Iterator[Any]:
    """A cluster of one node with these resources; skips where Ray is not installed."""
    os.environ.update(dict(ALONE))
    ray = pytest.importorskip("ray")
    ray.init(include_dashboard=False, log_to_driver=False, **resources)
    try:
        yield ray
    finally:
        ray.shutdown()
