"""Benchmark runs replay the recorded smoke cell."""

from __future__ import annotations

import pytest
from delivery_kit import STORE


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FDE_HOME", str(STORE))
