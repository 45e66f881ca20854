"""The study's runs are the environment's own runs, under the same keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from delivery_kit import STORE, make, play
from study_kit import SMOKE_STUDY, quiet, recorded

from fde_env.bases import BASES
from fde_env.bench.plan import ARMS, Study, plan_study
from fde_env.bench.workers import Workplace, gather
from fde_env.errors import ReplayMiss, UsageError
from fde_env.runs.store import Store


@pytest.mark.parametrize("arm", ARMS)
def test_an_episode_and_the_study_share_one_run(arm: str) -> None:
    """Forced misread executes the arm, whatever surface it is played on."""
    trap = "none" if arm == "correct" else arm
    key = next(run.key for run, _ in recorded() if run.arm == arm)
    for seed in (1, 7):
        env = make(trap=trap, misread="forced", seed=seed)
        play(env, "reference")
        assert env.evidence.run_key == key


def test_the_matrix_is_four_bases_three_seeds_four_arms() -> None:
    runs = plan_study(Study())
    assert len(runs) == 48
    assert len({run.key for run in runs}) == 48
    assert {run.base for run in runs} == {base.id for base in BASES}
    assert {run.request.spec.config.max_steps for run in runs} == {300}
    # Workers keep a base while they can.
    assert [run.base for run in runs] == sorted(
        (run.base for run in runs), key=[base.id for base in BASES].index
    )


def test_own_steps_and_precision_enter_the_key() -> None:
    before = plan_study(SMOKE_STUDY)[0]
    after = plan_study(replace(SMOKE_STUDY, steps=20, precision="fp32"))[0]
    assert after.request.spec.config.max_steps == 20
    assert after.request.spec.config.precision == "fp32"
    assert before.key != after.key


@pytest.mark.parametrize(
    "wrong", [{"seeds": (1, 1)}, {"arms": ()}, {"arms": ("typo",)}, {"bases": ("a", "a")}]
)
def test_a_study_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        plan_study(replace(SMOKE_STUDY, **wrong))


def test_replay_trains_nothing() -> None:
    runs = plan_study(replace(SMOKE_STUDY, steps=21))
    with pytest.raises(ReplayMiss, match="4 runs are not stored"):
        gather(runs, Workplace(store=Store(STORE), execution="replay"), quiet)
