"""Whole episodes, line by line, as they were recorded: `python tests/record.py` writes them anew.

A difference is no bug by itself; it says that what agents see, or what they earn, has moved.
Where verdicts have moved, scores of one version of the environment no longer mean the same.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import golden_kit
import pytest
from delivery_kit import GOLDEN, TESTS, golden_lines

from fde_env.contract.verdict import Verdict
from fde_oracle import grade
from fde_oracle.rules import RULES


@pytest.mark.parametrize("name", GOLDEN)
def test_the_episode_is_as_it_was(name: str) -> None:
    path = TESTS / "golden" / f"{name}.json"
    recorded = json.loads(path.read_text(encoding="utf-8"))
    now = golden_lines(name)
    for place, (was, is_now) in enumerate(zip(recorded, now, strict=False)):
        assert is_now == was, f"line {place} of {path.name}"
    assert len(now) == len(recorded)


@pytest.mark.parametrize("name", golden_kit.PLAYS)
def test_the_verdicts_are_as_they_were(name: str) -> None:
    found = golden_kit.difference(golden_kit.recorded(name), golden_kit.lines_of(name))
    assert not found, found


def test_no_delivery_is_left_over() -> None:
    names = {path.stem for path in golden_kit.FOLDER.glob("*.txt")}
    assert names == set(golden_kit.PLAYS)


def test_a_rule_that_moves_scores_demands_a_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def lenient(*_: Any) -> Verdict:
        return Verdict(stage="deploy", passed=True, rule_id="deploy-v0", reason="as it should be")

    name = "none_configurator"
    monkeypatch.setattr(grade, "RULES", MappingProxyType({**RULES, "deploy": lenient}))
    found = golden_kit.difference(golden_kit.recorded(name), golden_kit.lines_of(name))
    assert "bump the environment's version" in found


def test_another_action_is_told_apart_from_another_verdict() -> None:
    was = golden_kit.recorded("permute_misreader")
    now = [line.replace("> submit_plan", "> submit_plan ") for line in was]
    found = golden_kit.difference(was, now)
    assert "If that is meant" in found
    assert "bump" not in found
