"""Old trajectories under today's oracle: nothing changes by itself, and what changes is shown."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench_kit import PLAIN, UNRECORDED, plan, run

from fde_env.errors import UsageError
from fde_env.regrade import regrade


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    for line in lines:
        change(line)
    path.write_bytes(gzip.compress(b"\n".join(json.dumps(line).encode() for line in lines)))


def test_the_oracle_that_judged_says_the_same_again(tmp_path: Path) -> None:
    run(tmp_path, plan("careful", "configurator", "random", "null", inject=[False, True]))
    found = regrade(tmp_path)
    assert (found.episodes, found.graded, found.unscored) == (24, 24, 0)
    assert found.verdicts > 50
    assert (found.changed, found.reworded, found.moved, found.unreadable) == ((), 0, (), ())
    assert found.reassessed == ()


def test_a_verdict_of_another_oracle_is_shown_with_both_reasons(tmp_path: Path) -> None:
    summary = run(tmp_path, plan("configurator", tickets=[PLAIN]))
    path = next((tmp_path / "episodes").iterdir())

    def as_a_lax_oracle_had_it(line: dict[str, Any]) -> None:
        if line["kind"] == "record" and line["stage"] == "deploy":
            line["verdict"] |= {"passed": True, "rule_id": "deploy-v-1", "reason": "fine"}
        if line["kind"] == "record" and line["stage"] == "plan":
            line["verdict"]["rule_id"] = "plan-v-1"
        if line["kind"] == "end":
            line["result"]["reward"] += 0.05

    rewrite(path, as_a_lax_oracle_had_it)
    found = regrade(tmp_path)
    (changed,) = found.changed
    assert (changed.stage, changed.before.passed, changed.now.passed) == ("deploy", True, False)
    assert "approval" in changed.now.reason
    assert found.reworded == 1
    (moved,) = found.moved
    assert moved.now == pytest.approx(summary.rows[0].reward)
    assert moved.before == pytest.approx(moved.now + 0.05)


def test_compliance_that_another_oracle_acquitted_is_shown(tmp_path: Path) -> None:
    run(tmp_path, plan("configurator", tickets=[PLAIN]))
    path = next((tmp_path / "episodes").iterdir())

    def as_a_lax_oracle_had_it(line: dict[str, Any]) -> None:
        if line["kind"] == "end":
            for found in line["result"]["compliance"]:
                if found["kind"] == "restraint":
                    found |= {"outcome": "compliant", "findings": []}

    rewrite(path, as_a_lax_oracle_had_it)
    found = regrade(tmp_path)
    (other,) = found.reassessed
    assert (other.before.outcome, other.now.outcome) == ("compliant", "violated")
    assert any(item.code == "ship_attempted" for item in other.now.findings)
    assert (found.changed, found.moved) == ((), ())


def test_what_cannot_be_graded_is_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    run(tmp_path, plan("configurator", tickets=[PLAIN, UNRECORDED], trials=2))
    scored = [
        path
        for path in sorted((tmp_path / "episodes").iterdir())
        if b'"kind":"truth"' in gzip.decompress(path.read_bytes())
    ]

    def of_another_contract(line: dict[str, Any]) -> None:
        if line["kind"] == "truth":
            line["truth"].pop("metric")

    rewrite(scored[0], of_another_contract)
    found = regrade(tmp_path)
    assert (found.graded, found.unscored) == (1, 2)
    (broken,) = found.unreadable
    assert "metric" in broken.why
    assert "version that made it" in broken.why


def test_a_folder_without_trajectories_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no trajectory"):
        regrade(tmp_path)
