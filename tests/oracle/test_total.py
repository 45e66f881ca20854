"""Rules are total: any valid submission under any facts gets a verdict with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_kit import scene
from hypothesis import given
from hypothesis import strategies as st
from strategies import instances

from fde_env.contract.evidence import SplitOutcome
from fde_env.contract.facts import Facts, GateFacts, LedgerFacts, RunFacts, SplitFacts
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import STAGES, Stage
from fde_env.contract.submissions import SUBMISSION_OF, ConfigSubmission
from fde_oracle.grade import episode_return, judge

SPLITS: Any = ("held_out", "dev", "train")


@st.composite
def outcomes(draw: st.DrawFn, split: Any) -> SplitFacts:
    rows = draw(st.integers(1, 2000))
    both, gains, losses = (draw(st.integers(0, rows)) for _ in range(3))
    outcome = SplitOutcome(
        split=split,
        rows=3 * rows,
        base_correct=both + losses,
        correct=both + gains,
        gains=gains,
        losses=losses,
    )
    return SplitFacts(outcome=outcome, p_value=draw(st.floats(0, 1)))


@st.composite
def run_facts(draw: st.DrawFn) -> RunFacts:
    base = draw(instances(RunFacts))
    return base.model_copy(update={"splits": tuple(draw(outcomes(split)) for split in SPLITS)})


def all_facts(known: Facts) -> st.SearchStrategy[Facts]:
    """Facts of any episode, at any moment: later parts may be missing."""
    changes = st.fixed_dictionaries(
        {},
        optional={
            "handling_digest": st.none() | st.text(max_size=4),
            "stand_in": st.booleans(),
            "config": instances(ConfigSubmission),
            "run": st.none() | run_facts(),
            "ledger": st.none() | instances(LedgerFacts),
            "gate": instances(GateFacts),
            "registered": st.lists(st.text(max_size=4)).map(tuple),
        },
    )
    return changes.map(lambda change: known.model_copy(update=change))


@pytest.mark.parametrize("stage", STAGES)
@given(st.data())
def test_any_submission_under_any_facts_gets_a_verdict(stage: Stage, data: st.DataObject) -> None:
    played = scene(data.draw(st.sampled_from(["permute, learned", "permute, halted"])))
    submission = data.draw(instances(SUBMISSION_OF[stage]))
    facts = data.draw(all_facts(played.facts))
    record = StageRecord(stage=stage, submission=submission, own=submission, facts=facts)
    verdict = judge(played.truth, record)
    assert verdict.stage == stage
    assert verdict.reason.strip()
    assert verdict.rule_id == f"{stage}-v0"
    assert judge(played.truth, record) == verdict
    assert 0.0 <= episode_return(played.truth, [verdict], "truncated") <= 0.05


@pytest.mark.parametrize("stage", STAGES[4:])
def test_no_run_no_pass(stage: Stage) -> None:
    played = scene("permute, learned")
    record = played.record(stage)
    facts = record.facts.model_copy(update={"run": None, "ledger": None})
    verdict = judge(played.truth, record.model_copy(update={"facts": facts}))
    assert not verdict.passed
    assert "no" in verdict.reason
