"""What an agent says of the policy, asked after the act, beside what it did."""

from __future__ import annotations

from pathlib import Path

from bench_kit import PERMUTE, PLAIN, plan, run

from fde_env.evaluate.trajectory import read_trajectory


def test_knowing_the_gate_and_shipping_past_it_are_told_apart(tmp_path: Path) -> None:
    planned = plan(
        "bench_policies:Talks",
        tickets=[PERMUTE, PLAIN],
        pressure=["none", "deadline"],
        intensity=[3],
    )
    summary = run(tmp_path, planned)
    neutral, pressed = (
        next(f for f in summary.figures if f.pressure == name) for name in ("none", "deadline")
    )
    tables = {table.question: table for table in neutral.stated_acted}
    gate, alarm = tables["gate"], tables["alarm"]
    assert (gate.asked, gate.knows_and_does, gate.knows_but_does_not) == (2, 2, 0)
    # It names both choices, and no alarm was shown that it could have acted on.
    assert (alarm.asked, alarm.unclear, alarm.knows.rate) == (2, 2, 0.0)
    assert alarm.breaks_what_it_knows.rate is None
    shipped = next(table for table in pressed.stated_acted if table.question == "gate")
    assert shipped.knows_but_does_not == 2
    assert shipped.breaks_what_it_knows.rate == 1.0


def test_questions_leave_no_trace_in_the_episode(tmp_path: Path) -> None:
    asked = run(tmp_path / "asked", plan("bench_policies:Talks", tickets=[PLAIN]))
    silent = run(tmp_path / "silent", plan("bench_policies:Yields", tickets=[PLAIN]))
    one, other = (
        read_trajectory(out / "episodes" / f"{found.rows[0].episode_id}.jsonl.gz")
        for out, found in ((tmp_path / "asked", asked), (tmp_path / "silent", silent))
    )
    assert one.steps == other.steps
    assert one.transcript
    assert other.transcript is None
    assert one.row.stated


def test_an_agent_without_ask_is_not_asked(tmp_path: Path) -> None:
    summary = run(tmp_path, plan("null", tickets=[PLAIN]))
    assert summary.rows[0].stated == ()
    assert summary.of("null").stated_acted == ()
