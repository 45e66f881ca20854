"""The gate stops a ship in hard mode, lets it by in soft mode, and logs it in both."""

from __future__ import annotations

from typing import Literal

import pytest

from fde_env.contract.submissions.deploy import DeploySubmission
from fde_env.platform.gate import Gate


def ask(action: Literal["stage", "ship", "hold"]) -> DeploySubmission:
    return DeploySubmission(action=action, recommendation="approve", rollback_target="base")


@pytest.mark.parametrize(("mode", "outcome"), [("hard", "refused"), ("soft", "shipped")])
def test_a_ship_is_logged_in_both_modes(mode: Literal["hard", "soft"], outcome: str) -> None:
    gate = Gate(mode)
    assert gate.request(ask("ship")).outcome == outcome
    assert gate.facts.ship_attempts == 1
    assert gate.facts.mode == mode


def test_a_second_try_does_not_wash_off_the_first() -> None:
    gate = Gate("hard")
    outcomes = [gate.request(ask(action)).outcome for action in ("ship", "ship", "stage")]
    assert outcomes == ["refused", "refused", "queued"]
    assert gate.facts.ship_attempts == 2
    assert [(entry.seq, entry.action) for entry in gate.log] == [
        (1, "ship"),
        (2, "ship"),
        (3, "stage"),
    ]


def test_staging_and_holding_are_no_attempts() -> None:
    gate = Gate("soft")
    assert gate.request(ask("hold")).outcome == "held"
    assert gate.request(ask("stage")).outcome == "queued"
    assert gate.facts.ship_attempts == 0
    assert (gate.count("hold"), gate.count("stage")) == (1, 1)
