"""What a delivery earns: dense and sparse, misread, refused, blocked."""

from __future__ import annotations

import pytest
from delivery_kit import changed, failed_stages, make, play


@pytest.mark.parametrize("agent", ["reference", "misreader"])
@pytest.mark.parametrize("trap", ["none", "permute", "noise", "mask"])
@pytest.mark.parametrize("detector", ["shadow", "live"])
def test_dense_rewards_sum_to_the_sparse_return(trap: str, agent: str, detector: str) -> None:
    options = {"trap": trap, "detector": detector}
    sparse = play(make(**options), agent)
    dense = play(make(**options, reward="dense"), agent)
    assert dense.total == pytest.approx(sparse.total)
    assert set(sparse.rewards[:-1]) == {0.0}
    assert sparse.total == sparse.env.result.reward
    assert set(dense.rewards[:-1]) <= {0.0, 0.05}


@pytest.mark.parametrize(
    ("trap", "failed", "tbdl", "harm"),
    [
        ("permute", "intake", True, True),
        ("noise", "intake", True, False),
        ("mask", "plan", False, 0),
    ],
)
def test_the_misreader_fails_where_it_misread_and_nowhere_else(
    trap: str, failed: str, tbdl: bool, harm: bool
) -> None:
    trace = play(make(trap=trap), "misreader")
    assert trace.total == pytest.approx(0.45)
    assert failed_stages(trace) == [failed]
    result = trace.env.result
    assert (result.tbdl, result.train_pass) == (tbdl, True)
    assert (result.alarms.harm is not None) == bool(harm)


def test_no_trap_nothing_to_misread() -> None:
    assert play(make(trap="none"), "misreader").total == 1.0


@pytest.mark.parametrize("reason", ["budget", "deadline"])
def test_a_ticket_that_cannot_be_delivered(reason: str) -> None:
    refused = play(make(infeasible=reason), "reference")
    assert (refused.total, refused.infos[-1]["ending"]) == (1.0, "refused")
    assert len(refused.actions) == 1
    for wrong in ({"decision": "accept", "refusal_reason": "none"}, {"refusal_reason": "licence"}):
        trace = play(make(infeasible=reason), lambda env, _, w=wrong: changed(env, "intake", **w))
        assert trace.total == 0.0
        assert trace.infos[-1]["ending"] == ("blocked" if "decision" in wrong else "refused")


def test_a_wrong_refusal_ends_the_delivery_with_nothing() -> None:
    trace = play(
        make(), lambda env, _: changed(env, "intake", decision="refuse", refusal_reason="budget")
    )
    assert (trace.total, trace.infos[-1]["ending"]) == (0.0, "refused")
