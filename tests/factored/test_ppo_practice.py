"""What PPO practises with: drawing of tickets, the memory, trials by chance, imitation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_env import factored

pytest.importorskip("sb3_contrib")

EXAMPLES = Path(__file__).parents[2] / "examples"
HABIT = np.zeros(len(factored.SIZES), dtype=np.int64)


@pytest.fixture(scope="module")
def practice() -> Iterator[Any]:
    sys.path.insert(0, str(EXAMPLES))
    import ppo_practice

    yield ppo_practice
    sys.path.remove(str(EXAMPLES))
    for name in ("ppo", "ppo_practice"):
        sys.modules.pop(name, None)


def episode(practice: Any, earned: float, steps: int = 3) -> Any:
    return practice.Episode(
        seen=np.zeros((steps, len(factored.NAMES)), np.float32),
        masks=np.ones((steps, sum(factored.SIZES)), np.bool_),
        actions=np.stack([HABIT] * steps),
        to_go=np.full(steps, earned, np.float32),
    )


def test_the_best_delivery_of_a_ticket_is_kept_and_the_later_of_equal_ones(practice: Any) -> None:
    memory = practice.Memory({"one": 0.0})
    made = [episode(practice, earned) for earned in (0.3, 0.8, 0.5, 0.8)]
    kept = []
    for item in made:
        memory.note("one", item, tried=False)
        kept.append(memory.best["one"])
    assert [next(i for i, m in enumerate(made) if m is k) for k in kept] == [0, 1, 1, 3]


def test_what_was_tried_by_chance_says_nothing_of_how_the_policy_fares(practice: Any) -> None:
    memory = practice.Memory({"one": 0.0})
    memory.note("one", episode(practice, 1.0, steps=5), tried=True)
    assert (memory.returns["one"], memory.tried) == (0.0, 5)
    memory.note("one", episode(practice, 1.0), tried=False)
    assert memory.returns["one"] == pytest.approx(0.3)
    assert memory.tried == 5


def test_tickets_that_go_wrong_come_up_more_often_but_all_come_up(practice: Any) -> None:
    memory, rng = practice.Memory({"good": 1.0, "bad": 0.0}), np.random.default_rng(0)
    drawn = [memory.due(rng) for _ in range(2000)]
    assert 0.2 < drawn.count("good") / 2000 < 0.32  # .25 + .5 x .02 / 1.04


def test_only_tickets_that_nobody_has_solved_are_tried(practice: Any) -> None:
    memory, rng = practice.Memory({"one": 0.0, "two": 0.0}), np.random.default_rng(0)
    assert memory.unsolved(rng) is None
    memory.note("one", episode(practice, 1.0), tried=False)
    memory.note("two", episode(practice, 0.9), tried=False)
    assert {memory.unsolved(rng) for _ in range(20)} == {"two"}
    memory.note("two", episode(practice, 1.0), tried=False)
    assert memory.unsolved(rng) is None


@given(st.lists(st.booleans(), min_size=sum(factored.SIZES), max_size=sum(factored.SIZES)))
def test_an_action_by_chance_is_made_of_open_options(practice: Any, drawn: list[bool]) -> None:
    mask = np.array(drawn)
    starts = np.cumsum([0, *factored.SIZES[:-1]])
    mask[starts] = True  # the habit is always open
    action = practice.by_chance(mask, np.random.default_rng(0))
    assert mask[starts + action].all()
    assert (action < np.array(factored.SIZES)).all()


def test_a_trial_keeps_to_the_policy_at_all_stages_but_one(
    practice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ppo

    class Habits:
        """Never reads, always the habit."""

        def predict(self, seen: Any, **_: Any) -> tuple[Any, None]:
            return np.stack([HABIT] * len(seen)), None

    ticket = ppo.make().ticket_ids[0]
    memory = practice.Memory({ticket: 0.0})
    env = practice.Practice(ppo.make(tickets=(ticket,)), memory, 0, tries=True)
    memory.note(ticket, episode(practice, 0.0), tried=False)
    made: list[Any] = []
    monkeypatch.setattr(memory, "note", lambda _, found, tried: made.append((found, tried)))
    other = set()
    for seed in range(40):
        practice.Trials([env], memory).play(Habits(), np.random.default_rng(seed))
        found, tried = made[-1]
        assert tried
        stages = {
            int(seen[: len(practice.STAGES)].argmax())
            for seen, action in zip(found.seen, found.actions, strict=True)
            if action.any()
        }
        assert len(stages) <= 1
        other |= stages
    assert len(other) >= 5


@pytest.mark.parametrize(("earned", "drawn"), [(5.0, True), (-5.0, False)])
def test_deliveries_that_beat_the_critic_become_likelier_and_no_others(
    practice: Any, earned: float, drawn: bool
) -> None:
    import ppo
    import torch

    settings = ppo.Settings(tickets=ppo.make().ticket_ids[:1], envs=1, horizon=8, trials=1)
    model, _, memory = ppo.build(settings)
    kept = episode(practice, earned)
    imitation = practice.SelfImitation(memory, practice.Trials([], memory))
    imitation.model = model

    def likely() -> float:
        with torch.no_grad():
            _, found, _ = model.policy.evaluate_actions(
                torch.as_tensor(kept.seen),
                torch.as_tensor(kept.actions),
                action_masks=torch.as_tensor(kept.masks),
            )
        return float(found.mean())

    before = likely()
    for _ in range(5):
        imitation._imitate(kept.seen, kept.masks, kept.actions, kept.to_go)
    assert (likely() > before + 0.01) is drawn
