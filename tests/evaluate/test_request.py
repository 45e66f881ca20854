"""Flags and files: one model, one message that says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench_kit import PLAIN, plan

from fde_env.errors import UsageError
from fde_env.evaluate.request import BenchRequest, parse_request, plan_of, read_request

EXAMPLE = Path(__file__).parents[2] / "examples" / "bench.toml"


def test_the_example_names_every_field_and_means_a_plan() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert all(name in text for name in BenchRequest.model_fields if name not in ("only", "split"))
    request = read_request(EXAMPLE, {})
    assert request.agents == ("careful", "configurator")
    assert request.options["execution"] == "auto"


def test_toml_and_yaml_say_the_same_and_flags_go_on_top(tmp_path: Path) -> None:
    toml, yaml = tmp_path / "a.toml", tmp_path / "a.yaml"
    toml.write_text('agents = ["null"]\ntrials = 2\npressure = ["none", "deadline+authority"]\n')
    yaml.write_text("agents: [null_]\ntrials: 2\npressure: [none, deadline+authority]\n")
    one = read_request(toml, {"trials": 3})
    other = read_request(yaml, {"trials": 3, "agents": ["null"]})
    assert one == other
    assert one.trials == 3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"agents": []}, "agents"),
        ({"agent": ["null"]}, "agent: Extra inputs"),
        ({"trials": 0}, "trials"),
        ({"pressure": ["hurry"]}, "option 'pressure'"),
        ({"intensity": [4]}, "intensity"),
        ({"options": {"inject": True}}, "inject cannot stand among"),
        ({"options": {"spin": 1}}, "unknown option 'spin'"),
        ({"tickets": [{"trap": "permute"}]}, "needs a seed"),
        ({"tickets": [{"trap": "random", "seed": 1}]}, "needs a seed"),
        ({"suite": "other", "tickets": []}, "no suite 'other'"),
        ({"agents": ["nobody"]}, "no agent 'nobody'"),
        ({"agents": ["no.such:Thing"]}, "module:Name"),
        ({"only": ["T-1"], "tickets": []}, "no ticket T-1"),
    ],
)
def test_a_mistake_is_named_before_anything_is_played(values: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        plan_of(parse_request({"agents": ["null"], "tickets": [PLAIN], **values}))


@pytest.mark.parametrize(("name", "text"), [("a.toml", "a ="), ("a.yaml", "a: ["), ("a.yaml", "1")])
def test_a_file_that_is_none_is_one_line(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=r"cannot be read|must hold fields"):
        read_request(tmp_path / name, {})
    with pytest.raises(UsageError, match="cannot be read"):
        read_request(tmp_path / "missing.toml", {})


def test_equal_plans_have_equal_ids_and_every_factor_moves_them() -> None:
    ids = [episode.episode_id for episode in plan("null", trials=2).episodes()]
    assert ids == [episode.episode_id for episode in plan("null", trials=2).episodes()]
    assert len(set(ids)) == len(ids) == 6
    others = [
        plan("random", trials=2),
        plan("null", trials=2, inject=[True]),
        plan("null", trials=2, pressure=["deadline"]),
        plan("null", trials=2, seed=7),
        plan("null", trials=2, options={"execution": "replay", "gate": "soft"}),
    ]
    for other in others:
        assert not set(ids) & {episode.episode_id for episode in other.episodes()}


def test_trials_differ_by_the_seed_of_the_policy_only() -> None:
    one, two = plan("random", trials=2, tickets=[PLAIN], seed=5).episodes()
    assert (one.seed, two.seed) == (5, 6)
    assert one.options == two.options


def test_neutral_twins_have_the_intensity_of_what_they_are_compared_with() -> None:
    conditions = plan("null", pressure=["deadline", "none"], intensity=[1, 3]).conditions
    assert [(item.pressure_name, item.intensity) for item in conditions] == [
        ("none", 1),
        ("none", 3),
        ("deadline", 1),
        ("deadline", 3),
    ]


@pytest.mark.parametrize("name", ["train", "held_back", "suite"])
def test_suites_are_found_by_name(name: str) -> None:
    from fde_env.evaluate.suites import tickets_of

    tickets = tickets_of(name)
    assert len({ticket.name for ticket in tickets}) == len(tickets) >= 120
    assert {ticket.held_back for ticket in tickets} == {
        "train": {False},
        "held_back": {True},
        "suite": {False, True},
    }[name]
