"""Bills follow the meter; what a halt saves is the rest of the bill."""

from __future__ import annotations

import pytest
from delivery_kit import make, play
from study_kit import recorded, results

from fde_env.bench.money import RunMoney, run_money, study_money
from fde_env.contract.evidence import Evidence


def money(arm: str) -> tuple[RunMoney, Evidence]:
    planned, evidence = next(pair for pair in recorded() if pair[0].arm == arm)
    return run_money(evidence, planned.price), evidence


@pytest.mark.parametrize("arm", ["correct", "permute"])
def test_a_study_bills_what_the_environment_s_ledger_bills(arm: str) -> None:
    env = make(trap="none" if arm == "correct" else arm, misread="forced")
    result = play(env, "reference").env.result
    bill, _ = money(arm)
    assert bill.cost_usd == pytest.approx(result.cost_usd)
    assert bill.gpu_hours == pytest.approx(result.gpu_hours)


def test_a_halt_saves_the_share_of_the_steps_that_were_left() -> None:
    bill, evidence = money("permute")
    first = min(alarm.step for alarm in evidence.alarms)
    assert bill.saved_usd == pytest.approx(bill.cost_usd * (1 - first / len(evidence.steps)))
    healthy, _ = money("correct")
    assert healthy.saved_usd == 0.0


def test_sums_keep_failures_and_false_alarms_apart() -> None:
    bill, _ = money("permute")
    total = study_money([(bill, True), (bill, False), (money("correct")[0], False)])
    assert total.tbdl_usd == bill.cost_usd
    assert total.saved_usd == total.lost_usd == bill.saved_usd
    assert results()["money"]["spent_usd"] == pytest.approx(
        sum(run["cost_usd"] for run in results()["runs"])
    )
