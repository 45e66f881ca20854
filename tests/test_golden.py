"""Whole episodes, line by line, as they were recorded: `python tests/record.py` writes them anew.

A difference is no bug by itself; it says that what agents see or earn has moved.
"""

from __future__ import annotations

import json

import pytest
from delivery_kit import GOLDEN, TESTS, golden_lines


@pytest.mark.parametrize("name", GOLDEN)
def test_the_episode_is_as_it_was(name: str) -> None:
    path = TESTS / "golden" / f"{name}.json"
    recorded = json.loads(path.read_text(encoding="utf-8"))
    now = golden_lines(name)
    for place, (was, is_now) in enumerate(zip(recorded, now, strict=False)):
        assert is_now == was, f"line {place} of {path.name}"
    assert len(now) == len(recorded)
