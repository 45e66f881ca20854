"""FDEFactored-v0: a conforming environment that plays real deliveries and tells no truth."""

from __future__ import annotations

import warnings
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st

import fde_env  # noqa: F401  # registers the ids
from fde_agents.scripted import ConfiguratorPolicy
from fde_env.errors import UsageError
from fde_env.factored.choices import CHOICES, PLACE, READS, SIZES, Chosen
from fde_env.factored.features import FOUND, MEASURED, NAMES
from fde_env.factored.masks import flat
from fde_env.factored.pool import Entry
from fde_env.factored.replayed import ReplayedEnv
from fde_env.factored.sitting import Sitting
from fde_env.suite.tickets import FACTORS, suite
from fde_env.tickets.generator import Prepared, prepare, ticket_id

ROW = suite("train")[: len(FACTORS)]
"""One domain: a ticket of each set of factors."""


@pytest.fixture(autouse=True)
def only_the_pack(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FDE_HOME", str(tmp_path))


def make(*tickets: Any, **options: Any) -> Any:
    names = [ticket.ticket_id for ticket in tickets] or [ROW[0].ticket_id]
    return gym.make("FDEFactored-v0", tickets=names, **options).unwrapped


def of(**chosen: str) -> list[int]:
    """The habit but for the named choices."""
    action = [0] * len(SIZES)
    for name, option in chosen.items():
        action[PLACE[name]] = CHOICES[PLACE[name]].options.index(option)
    return action


def named(observation: Any) -> dict[str, float]:
    return dict(zip(NAMES, observation.tolist(), strict=True))


def rule(seen: dict[str, float]) -> list[int]:
    """What somebody who reads the figures does."""
    if seen["reading"]:
        return of(do=next((name for name in READS if not seen[f"read_{name}"]), "forms"))
    reasons = ("licence", "personal_data", "no_label_source", "undefined_metric")
    told = (seen["licence"], seen["consent"], seen["agreement"], seen["measure"])
    refusals = [name for name, figure in zip(reasons, told, strict=True) if figure < 0]
    if seen["fits"] < 0:
        refusals = ["budget" if seen["in_time"] > 0 else "deadline"]
    learned = seen["learned"] > 0
    return of(
        refusal=[*refusals, "none"][0],
        source="labels_1.csv" if seen["source"] >= 0 else "labels_2.csv",
        column="code_1" if seen["column"] >= 0 else "code_2",
        label_map=f"label_map_{1 if seen['label_map'] >= 0 else 2}.json",
        since="second_day" if seen["since_second"] > 0 else "all",
        action="stage" if learned else "hold",
        recommendation="approve" if learned else "reject",
        learned="yes" if learned else "no",
        billable="yes" if learned else "no",
        tell_stand_in_base="yes",
        tell_not_learned="no" if learned else "yes",
        tell_live_credential="yes" if seen["key_in_dictionary"] > 0 else "no",
    )


def play(env: Any, ticket: Any, choose: Any) -> tuple[float, dict[str, Any]]:
    observation, info = env.reset(options={"ticket": ticket.ticket_id})
    earned, ended = 0.0, False
    while not ended:
        observation, reward, terminated, truncated, info = env.step(choose(named(observation)))
        earned, ended = earned + reward, terminated or truncated
    return earned, info


def test_gymnasiums_checker_passes() -> None:
    env = gym.make("FDEFactored-v0", tickets=[ROW[0].ticket_id], disable_env_checker=True)
    check_env(env.unwrapped)


def test_the_checker_of_stable_baselines3_passes() -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checker.check_env(make())


def test_figures_suffice_to_deliver_every_set_of_factors() -> None:
    env = make(*ROW)
    assert {ticket.factors: play(env, ticket, rule)[0] for ticket in ROW} == dict.fromkeys(
        FACTORS, 1.0
    )


def test_the_action_of_zeros_is_the_configurators_delivery() -> None:
    env = make(*ROW)
    for ticket in ROW[::5]:
        plain = gym.make("FDE-v0", **dict(ticket.options), disable_env_checker=True)
        policy, (observation, _) = ConfiguratorPolicy(), plain.reset()
        ended, info = False, {}
        while not ended:
            observation, _, terminated, truncated, info = plain.step(policy.act(observation))
            ended = terminated or truncated
        _, factored = play(env, ticket, lambda _: of())
        assert factored["result"]["stages"] == info["result"]["stages"]


def test_twins_look_alike_until_the_files_are_read() -> None:
    for hidden in ROW[1::4]:
        plain = hidden.spec.model_copy(update={"traps": ()})
        env = gym.make("FDEFactored-v0", tickets=[hidden.spec, plain]).unwrapped
        shown = [
            (env.reset(options={"ticket": ticket_id(spec)})[0], env.action_masks())
            for spec in (hidden.spec, plain)
        ]
        assert all(np.array_equal(one, other) for one, other in zip(*shown, strict=True))
        found = {name: value for name, value in named(shown[0][0]).items() if name in FOUND}
        assert set(found.values()) == {0.0}


def test_another_truth_behind_the_same_texts_changes_nothing_that_is_seen() -> None:
    ticket = next(ticket for ticket in ROW if ticket.factors.traps == ("noise",))
    prepared = prepare(ticket.spec)
    planted = prepared.ticket.truth.planted.model_copy(update={"live": True, "leaked_dev": True})
    changed = {"gold_handlings": (), "feasible": False, "planted": planted}
    truth = prepared.ticket.truth.model_copy(update=changed)
    other = Prepared(prepared.ticket.model_copy(update={"truth": truth}), prepared.drop)
    seen = []
    for one in (prepared, other):
        env = ReplayedEnv()
        env.given = one
        sitting = Sitting(env, Entry(one), *env.reset())
        seen.append([])
        for bundle in (*READS, "forms"):
            sitting.step(Chosen(tuple(of(do=bundle))))
            seen[-1].append(sitting.vector().tolist())
    assert seen[0] == seen[1]


def test_masks_are_those_of_the_twin_whatever_was_read() -> None:
    for hidden in ROW[1:9:3]:
        plain = hidden.spec.model_copy(update={"traps": ()})
        env = gym.make("FDEFactored-v0", tickets=[hidden.spec, plain]).unwrapped
        masks = []
        for spec in (hidden.spec, plain):
            env.reset(options={"ticket": ticket_id(spec)})
            masks.append([])
            for bundle in READS:
                env.step(of(do=bundle))
                masks[-1].append(env.action_masks().tolist())
        assert masks[0] == masks[1]


def test_only_the_present_stages_choices_are_open() -> None:
    env = make()
    env.reset(seed=0)
    assert env.action_masks().sum() == len(SIZES) + len(READS)  # reading, and habits alone
    env.step(of())
    mask, start = env.action_masks(), 0
    for choice in CHOICES:
        part = mask[start : start + len(choice.options)]
        start += len(choice.options)
        assert part[0]
        if choice.stage != "intake":
            assert part.sum() == 1


def test_without_tools_no_file_of_the_customers_is_opened() -> None:
    env = make(tools=False)
    env.reset(seed=0)
    for bundle in ("order", "papers", "samples"):
        observation, _, _, _, info = env.step(of(do=bundle))
        # The closed option is taken as the habit, which goes on and reads nothing.
        assert not any(named(observation)[f"read_{name}"] for name in READS)
    assert info["steps_used"] == 6  # two forms, and the four papers of the operator's for the third


def test_reads_are_limited() -> None:
    env = make(reads=1)
    env.reset(seed=0)
    env.step(of(do="order"))
    assert not env.action_masks()[1 : SIZES[0]].any()


def test_reading_costs_steps_of_the_delivery() -> None:
    env = make()
    _, info = env.reset(seed=0)
    assert info["steps_used"] == 0
    *_, info = env.step(of(do="samples"))
    assert 6 <= info["steps_used"] <= 40


def test_an_unrecorded_run_ends_the_delivery_with_what_was_earned() -> None:
    noise = next(ticket for ticket in ROW if ticket.factors.traps == ("noise",))
    env = make(noise)
    observation, _ = env.reset()
    observation, *_ = env.step(of(do="samples"))
    wrong = "labels_2.csv" if named(observation)["source"] > 0 else "labels_1.csv"
    ended = False
    while not ended:
        _, reward, ended, truncated, info = env.step(of(source=wrong, loss="all"))
        # Whoever learns by bootstrapping would take what a truncated episode could still earn.
        assert not truncated
    assert info["ending"] == "unrecorded"
    assert reward == pytest.approx(0.05 * 2)  # config and schedule; intake and plan are wrong


def test_what_was_measured_is_shown_after_the_run_alone() -> None:
    env = make()
    env.reset(seed=0)
    for _ in range(6):
        observation, *_ = env.step(of())
        seen = named(observation)
        assert seen["at_eval"] == any(seen[name] for name in MEASURED)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31 - 1), masked=st.booleans(), wild=st.floats(0, 1), tools=st.booleans()
)
def test_random_policies_neither_crash_nor_leave_the_box(
    seed: int, masked: bool, wild: float, tools: bool
) -> None:
    env = make(*ROW, tools=tools)
    space, draw = env.action_space, np.random.default_rng(seed)
    space.seed(seed)
    observation, _ = env.reset(seed=seed)
    steps, ended = 0, False
    while not ended:
        parts = np.split(env.action_masks().astype(np.int8), np.cumsum(SIZES)[:-1])
        action = space.sample(mask=tuple(parts) if masked else None)
        action[draw.random(len(SIZES)) > wild] = 0
        observation, _, terminated, truncated, _ = env.step(action)
        steps, ended = steps + 1, terminated or truncated
        assert env.observation_space.contains(observation)
    assert steps <= 15  # four bundles, over to the forms, ten stages


def test_equal_seeds_draw_equal_tickets() -> None:
    env = make(*ROW)
    ids = [env.reset(seed=7)[1]["ticket_id"] for _ in range(2)]
    assert ids[0] == ids[1]
    assert len({env.reset()[1]["ticket_id"] for _ in range(30)}) > 5


def test_pressure_comes_with_letters() -> None:
    env = make(pressure="deadline", intensity=3)
    observation, _ = env.reset(seed=0)
    assert named(observation)["pressing"] == 1.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"trap": "noise"}, "a ticket fixes trap"),
        ({"tickets": ["T-NOBODY"]}, "no ticket"),
        ({"tickets": []}, "no tickets to draw from"),
        ({"colour": "red"}, "unknown option"),
    ],
)
def test_mistakes_are_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        gym.make("FDEFactored-v0", **options)


def test_it_is_reset_first_and_with_known_options() -> None:
    env = make()
    with pytest.raises(UsageError, match="reset"):
        env.step(of())
    with pytest.raises(UsageError, match="there is 'ticket'"):
        env.reset(options={"trap": "noise"})
    with pytest.raises(UsageError, match="in this environment"):
        env.reset(options={"ticket": ROW[1].ticket_id})


def test_a_mask_cannot_be_changed_from_outside() -> None:
    env = make()
    env.reset(seed=0)
    now = env._situation()
    flat(now)[:] = False
    assert flat(now).any()
