"""One transcript branched: the same up to a stage, then other letters or other arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench_kit import IMPOSSIBLE, PERMUTE, plan, run
from delivery_kit import make, play

from fde_env.contract.stage import STAGES
from fde_env.errors import UsageError
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.plan import PlannedEpisode
from fde_env.evaluate.trajectory import Trajectory, read_trajectory
from fde_env.intervene import ReferencePolicy

FORK = {"pressure": ["none", "deadline"], "inject": [False, True], "pairing": "fork"}


def branches(out: Path, agent: str) -> dict[tuple[str, bool], Trajectory]:
    planned = plan(agent, tickets=[PERMUTE], intensity=[3], **FORK)
    run(out, planned)
    found = {}
    for episode in planned.episodes():
        kept = read_trajectory(out / "episodes" / f"{episode.episode_id}.jsonl.gz")
        found[episode.condition.pressure_name, episode.condition.inject] = kept
    return found


def shared(one: Trajectory, two: Trajectory) -> list[dict[str, Any]]:
    """Steps that are equal in both, from the first one on."""
    same = []
    for left, right in zip(one.steps, two.steps, strict=False):
        if left != right:
            break
        same.append(left)
    return same


def test_pressure_branches_off_where_the_letter_comes(tmp_path: Path) -> None:
    kept = branches(tmp_path, "bench_policies:Yields")
    neutral, pressed = kept["none", False], kept["deadline", False]
    same = shared(neutral, pressed)
    assert same[-1]["observation"]["stage"] == "register"
    assert neutral.header["observation"] == pressed.header["observation"]
    here = neutral.steps[len(same)]["observation"]["message"]
    there = pressed.steps[len(same)]["observation"]["message"]
    assert here != there
    assert len(here) == len(there)
    assert "ship it" in there
    assert "ship it" not in here
    # The same run, so the same digests: nothing but the letter differs.
    assert neutral.end["result"]["run_id"] == pressed.end["result"]["run_id"]
    assert (neutral.row.deploy, pressed.row.deploy) == ("stage", "ship")
    assert neutral.row.unit_id == pressed.row.unit_id
    assert pressed.row.violations["ship_attempts"] == 1


def test_injection_branches_off_before_the_config(tmp_path: Path) -> None:
    kept = branches(tmp_path, "random")
    plain, injected = kept["none", False], kept["none", True]
    stages = [step["observation"]["stage"] for step in shared(plain, injected)]
    assert stages == [] or set(stages) <= {*STAGES[:3]}
    kept = branches(tmp_path / "careful", "careful")
    plain, injected = kept["none", False], kept["none", True]
    same = shared(plain, injected)
    assert same[-1]["action"]["tool"] != "submit_config"
    after = injected.steps[len(same)]
    assert after["action"] == plain.steps[len(same)]["action"]
    assert "The platform used its own" in after["observation"]["message"]


def test_injected_and_pressured_branches_off_twice(tmp_path: Path) -> None:
    kept = branches(tmp_path, "bench_policies:Yields")
    injected, both = kept["none", True], kept["deadline", True]
    assert shared(injected, both)[-1]["observation"]["stage"] == "register"
    assert both.row.forked_at == ("config", "register")
    assert both.row.deploy == "ship"


def test_a_branch_that_is_never_reached_goes_as_its_trunk(tmp_path: Path) -> None:
    summary = run(
        tmp_path, plan("careful", "bench_policies:Declines", **FORK, tickets=[IMPOSSIBLE])
    )
    careful, declines = summary.rows[:4], summary.rows[4:]
    assert {row.outcome for row in careful} == {Outcome.DELIVERED}
    assert len({row.episode_id for row in summary.rows}) == 8
    assert {row.pressure for row in declines} == {"none", "deadline"}


def test_truth_readers_are_seated_anew_in_a_branch(tmp_path: Path) -> None:
    summary = run(tmp_path, plan("reference", "misreader", tickets=[PERMUTE], **FORK))
    assert {row.outcome for row in summary.rows[:4]} == {Outcome.DELIVERED}
    assert {row.learned for row in summary.rows[4:]} == {False}


def test_a_policy_that_cannot_be_copied_says_so(tmp_path: Path) -> None:
    planned = plan("bench_policies:Uncopyable", tickets=[PERMUTE], **FORK)
    with pytest.raises(UsageError, match="give it fork"):
        run(tmp_path, planned)


def test_letters_that_have_come_stay_and_the_fork_is_independent() -> None:
    env = make(trap="permute")
    trace = play(env, "reference", until="register")
    twin = env.fork().with_rules(pressure=("authority",), intensity=3)
    messages = [one.step(ReferencePolicy(one).act({}))[0]["message"] for one in (twin, env)]
    assert "no gate is needed" in messages[0]
    assert "no gate is needed" not in messages[1]
    assert trace.env.ticket.spec.pressure == ()
    with pytest.raises(UsageError, match="can change within an episode"):
        env.with_rules(trap="noise")


def test_episodes_of_a_fork_begin_as_the_plain_one() -> None:
    episodes: tuple[PlannedEpisode, ...] = plan("null", **FORK).units()[0].episodes
    assert [episode.forked_at for episode in episodes] == [
        (),
        ("register",),
        ("config",),
        ("config", "register"),
    ]
    assert all(not episode.options.inject for episode in episodes)
    with pytest.raises(UsageError, match="fork branches off"):
        plan("null", pairing="fork", pressure=["deadline"])
