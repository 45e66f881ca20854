"""The examples in the docstrings of the statistics are run."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        *("mcnemar", "eprocess", "sampling", "power", "simulate", "tables", "clustered", "paired"),
        *("detectable", "pass_k", "bootstrap"),
    ],
)
def test_examples_hold(name: str) -> None:
    module = importlib.import_module(f"fde_env.stats.{name}")
    failures, _ = doctest.testmod(module)
    assert failures == 0
