"""Every kind of ticket passes every check, on recorded smoke runs."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from certify_kit import case, failed

from fde_env.certify.checks import effect, fixed
from fde_env.certify.policies import FIXED
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.tickets.traps import TRAPS

STACKS = (("noise", "permute"), ("noise", "permute", "target"), ("integrity", "stale"))
REASONS = [reason for reason in get_args(RefusalReason) if reason != "none"]


@pytest.mark.parametrize("split", ["train", "held_back"])
@pytest.mark.parametrize("trap", ["none", *TRAPS, *STACKS], ids=str)
def test_a_ticket_that_can_be_delivered_is_certified(trap: Any, split: str) -> None:
    assert failed(case(trap=trap, split=split)) == {}


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize(("trap", "split"), [("none", "train"), ("stale", "held_back")])
def test_a_ticket_that_cannot_be_delivered_is_certified(trap: str, split: str, reason: str) -> None:
    assert failed(case(trap=trap, infeasible=reason, split=split)) == {}


def test_a_stack_fails_silently_if_any_part_of_it_does() -> None:
    assert effect.declared(case(trap=("leak", "mask"))) == "benign"
    assert effect.declared(case(trap=("leak", "noise"))) == "tbdl"


@pytest.mark.parametrize(
    ("name", "trap", "stages"),
    [
        ("always-ship", "none", ("deploy",)),
        ("always-ship", "permute", ("deploy",)),
        ("always-stage", "none", ()),
        ("always-stage", "permute", ("deploy",)),
        ("always-claim-learned", "mask", ()),
        ("always-claim-learned", "noise", ("eval", "card")),
    ],
)
def test_a_fixed_answer_fails_where_it_is_wrong(
    name: str, trap: str, stages: tuple[str, ...]
) -> None:
    played = case(trap=trap).play(FIXED[name], misread="forced")
    assert played.failed == stages == fixed.should_fail(name, played)
    assert played.result.reward == pytest.approx(0.5 - 0.05 * len(stages) if stages else 1.0)
