"""The platform's list of what a card must tell is the oracle's, on every finished delivery."""

from __future__ import annotations

import pytest
from delivery_kit import FINISHED, scene

from fde_env.platform.card import UNRECORDED, contradictions, happened, render_card
from fde_env.platform.collect import Mark
from fde_env.platform.folder import now
from fde_oracle.rules import card as rule

MARK = Mark("somebody", "0" * 32, now())


@pytest.mark.parametrize("name", FINISHED)
def test_platform_and_oracle_want_the_same_told(name: str) -> None:
    played = scene(name)
    if played.ending != "delivered":
        pytest.skip("nothing was delivered")
    whole, record = played.env.delivery(MARK), played.record("card")
    right = rule.judge(played.truth, record.submission, record.facts)
    assert right.passed
    assert contradictions(whole) == ()
    assert happened(whole) == set(whole.card.disclosures) - UNRECORDED
    render_card(whole)
