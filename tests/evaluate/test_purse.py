"""A ceiling on spending holds over all starts of a run, cut-off episodes included."""

from __future__ import annotations

from pathlib import Path

from bench_kit import PERMUTE, PLAIN, plan, run

from fde_env.evaluate.folder import append
from fde_env.evaluate.purse import Purse

COSTLY = "bench_policies:Costly"


def test_a_run_stops_at_its_ceiling_and_goes_on_when_it_is_raised(tmp_path: Path) -> None:
    planned = plan(COSTLY, "configurator", tickets=[PERMUTE, PLAIN], trials=2)
    free = run(tmp_path / "free", planned)
    price = free.rows[0].usage.dollars
    assert price
    stopped = run(tmp_path / "out", planned, max_usd=2.5 * price)
    assert not stopped.complete
    # Two can be paid for; agents that cost nothing are all played.
    assert [row.agent for row in stopped.rows].count(COSTLY) == 2
    assert [row.agent for row in stopped.rows].count("configurator") == 4
    done = run(tmp_path / "out", planned, max_usd=4.1 * price)
    assert done.complete
    whole = (tmp_path / "free" / "summary.json").read_bytes()
    assert (tmp_path / "out" / "summary.json").read_bytes() == whole
    money = done.of(COSTLY).money
    assert money.agent_usd.mean == price
    assert money.usd_per_delivery.mean is None


def test_dollars_of_a_killed_episode_count(tmp_path: Path) -> None:
    planned = plan(COSTLY, tickets=[PLAIN])
    append(tmp_path / "spending.jsonl", {"unit": "killed", "dollars": 99.0})
    assert run(tmp_path, planned, max_usd=50.0).played == 0
    assert run(tmp_path, planned, max_usd=150.0).played == 1


def test_dollars_are_noted_before_an_episode_ends(tmp_path: Path) -> None:
    summary = run(tmp_path, plan(COSTLY, tickets=[PLAIN]))
    lines = (tmp_path / "spending.jsonl").read_text().splitlines()
    assert len(lines) == summary.rows[0].steps


def test_branches_pay_for_what_they_share_once(tmp_path: Path) -> None:
    forked = plan(COSTLY, tickets=[PLAIN], pressure=["none", "deadline"], pairing="fork")
    summary = run(tmp_path / "fork", forked)
    each = [row.usage.dollars or 0.0 for row in summary.rows]
    noted = (tmp_path / "fork" / "spending.jsonl").read_text().splitlines()
    assert 0.1 * len(noted) < sum(each)
    assert summary.rows[0].usage.dollars == summary.rows[1].usage.dollars


def test_an_unknown_price_is_tried_alone_and_then_reserved() -> None:
    units = plan(COSTLY, "configurator", tickets=[PERMUTE, PLAIN], trials=2).units()
    costly = [unit for unit in units if unit.episodes[0].agent == COSTLY]
    free = [unit for unit in units if unit.episodes[0].agent == "configurator"]
    spent = 0.0
    purse = Purse(5.0, lambda: spent)
    assert purse.may_start(costly[0])
    assert not purse.may_start(costly[1])
    assert purse.may_start(free[0])
    purse.settle(costly[0], 2.0)
    assert purse.may_start(costly[1])
    assert not purse.may_start(costly[2])
    assert not purse.stopped
    # Its worker died; what it spent is known from the notes.
    spent = 3.5
    purse.give_back(costly[1])
    assert not purse.may_start(costly[1])
    assert purse.stopped
    assert purse.left == 1.5
    assert purse.may_start(free[1])
