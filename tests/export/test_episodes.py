"""What is taken from a trajectory, and what stays there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench_kit import row
from delivery_kit import text_of

from fde_env.contract.stage import STAGES
from fde_env.contract.truth import Truth
from fde_env.errors import UsageError
from fde_env.evaluate.outcome import Outcome
from fde_env.evaluate.trajectory import read_trajectory
from fde_env.export.choose import HELD_BACK, NO_STEP, UNSCORED, Choice, Chosen
from fde_env.export.episode import Episode, lived
from fde_env.export.rows import LAYOUTS, rows_of
from fde_env.observation import Observation
from fde_env.parse import parse_action

ALL = Choice()


def episodes(folder: Path, choice: Choice = ALL) -> list[Episode]:
    return [lived(trajectory) for trajectory in Chosen(folder, choice)]


def keys_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys_in(item) for item in value.values()))
    if isinstance(value, list | tuple):
        return set().union(*(keys_in(item) for item in value))
    return set()


def test_every_scored_episode_is_taken_and_the_rest_is_counted(played: Path) -> None:
    chosen = Chosen(played, ALL)
    taken = [trajectory.row for trajectory in chosen]
    assert chosen.taken == len(taken) == 10
    # Two agents fail on the cell that nobody trained; the third gives up before it is needed.
    assert dict(chosen.left_out) == {UNSCORED: 2}
    assert {item.outcome for item in taken} >= {Outcome.DELIVERED, Outcome.BUDGET_SPENT}


def test_rewards_add_up_to_the_return_and_the_end_is_said_once(played: Path) -> None:
    for episode in episodes(played):
        assert sum(episode.rewards) == pytest.approx(episode.row.reward)
        assert len(episode.observations) == len(episode.actions) + 1
        ends = list(zip(episode.terminations, episode.truncations, strict=True))
        assert ends[:-1] == [(False, False)] * (len(ends) - 1)
        assert ends[-1] in ((True, False), (False, True))
        # Who runs out of budget is cut off, and paid for what stands.
        assert episode.truncations[-1] == (episode.row.outcome is Outcome.BUDGET_SPENT)


def test_rows_hold_observations_as_the_agent_saw_them(played: Path) -> None:
    for path in (played / "episodes").iterdir():
        old = read_trajectory(path)
        if old.row.reward is None:
            continue
        seen = [old.header["observation"], *(step["observation"] for step in old.steps)]
        assert set(seen[0]) == set(Observation.__annotations__)
        steps = [item.model_dump(mode="json") for item in rows_of(lived(old), "steps")]
        assert [item["observation"] for item in steps] == seen[:-1]
        assert [item["next_observation"] for item in steps] == seen[1:]
        assert [json.loads(item["action"]) for item in steps] == [s["action"] for s in old.steps]


def test_neither_truth_nor_verdict_nor_fact_is_in_a_row(played: Path) -> None:
    told = {"truth", "verdict", "passed", "rule_id", "facts", "own", "records", "result"}
    told |= {"traps", "infeasible", "stated", "violations", "compliance", *Truth.model_fields}
    # Words that stages and columns of an agent's own figures share with the truth's fields.
    told -= {"task", "metric"}
    for path in (played / "episodes").iterdir():
        old = read_trajectory(path)
        if old.row.reward is None:
            continue
        hidden = [word for line in old.records for word in line["verdict"].values()]
        hidden = [word for word in hidden if isinstance(word, str) and word not in STAGES]
        for layout in LAYOUTS:
            for item in rows_of(lived(old), layout):
                value = item.model_dump(mode="json", exclude={"tools"})
                for message in value.get("messages", ()):
                    message.pop("tool_calls", None)
                assert not keys_in(value) & told
                shown = text_of(value)
                assert not [word for word in hidden if text_of(word)[1:-1] in shown]


def test_an_action_text_is_taken_by_the_environment(played: Path) -> None:
    taken = 0
    for episode in episodes(played, Choice(agents=("careful",))):
        for item in rows_of(episode, "steps"):
            action = item.model_dump()["action"]
            assert parse_action(action).as_dict() == json.loads(action)
            taken += 1
    assert taken > 30


@pytest.mark.parametrize(
    ("changes", "choice", "why"),
    [
        ({}, ALL, None),
        ({"outcome": Outcome.PROVIDER_ERROR}, ALL, UNSCORED),
        ({"held_back": True}, ALL, HELD_BACK),
        ({"held_back": True}, Choice(held_back=True), None),
        ({"steps": 0}, ALL, NO_STEP),
        ({}, Choice(agents=("b",)), "of other agents"),
        ({}, Choice(outcomes=(Outcome.AGENT_FAILURE,)), "with another outcome"),
        ({"failed": ["card"]}, Choice(min_return=0.5), "below the lowest return"),
        ({"failed": ["card"]}, Choice(min_return=0.45), None),
    ],
)
def test_a_filter_says_why_it_leaves_out(
    changes: dict[str, Any], choice: Choice, why: str | None
) -> None:
    assert choice.objection(row(**changes)) == why


def test_an_outcome_without_a_score_cannot_be_asked_for() -> None:
    with pytest.raises(UsageError, match="provider_error"):
        Choice.parse(None, ["provider_error"], None, held_back=False)


def test_a_folder_without_trajectories_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no trajectory"):
        list(Chosen(tmp_path, ALL))
