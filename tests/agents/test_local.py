"""A model on this machine: generation is real, the model is a few kilobytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from delivery_kit import make
from seat_kit import Pauses, sight
from tiny_chat import BARE_TEMPLATE, TEMPLATE, make_chat_model

from fde_agents.dialogue import Dialogue
from fde_agents.local import LocalProvider, seat
from fde_agents.prompt import system_prompt
from fde_agents.seat import Request
from fde_agents.seating import seated
from fde_agents.settings import Settings
from fde_agents.toolbox import toolbox
from fde_env.errors import BudgetSpent, NoUsableAction, UsageError

SAYS = '<tool_call>{"name": "read_ticket", "arguments": {}}</tool_call>'


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that asks for the ticket, whatever it is told."""
    return make_chat_model(tmp_path_factory.mktemp("wired"), SAYS)


def settings_of(folder: Path, **options: Any) -> Settings:
    values = {"model": str(folder), "device": "cpu", "max_tokens": 24, "temperature": 0}
    return Settings.model_validate({**values, **options})


def test_a_local_model_calls_a_tool_and_gets_its_result(wired: Path) -> None:
    policy = seat(settings_of(wired), Pauses().backoff())
    env = make(trap="none")
    first, _ = env.reset(seed=0)
    action = policy.act(first)
    assert action == {"tool": "read_ticket", "arguments": {}}
    told, *_ = env.step(action)
    assert policy.act(told) == action
    roles = [entry["role"] for entry in policy.transcript]
    assert roles == ["system", "user", "assistant", "tool", "assistant"]
    assert told["tool_result"] in policy.transcript[3]["text"]
    assert policy.usage.output_tokens == 2 * policy.usage.requests == 4
    with pytest.raises(BudgetSpent):
        seat(settings_of(wired, token_budget=1_000)).act(first)


@pytest.mark.slow
def test_a_random_model_ends_as_an_agents_failure(tmp_path: Path) -> None:
    folder = make_chat_model(tmp_path)
    policy: Any = seated(f"local:{folder}?device=cpu&max_tokens=8&idle_limit=2")
    assert policy.act(sight())["tool"] in ("no_tool_call", "unreadable_tool_call")
    with pytest.raises(NoUsableAction):
        policy.act(sight(steps_left=199))


@pytest.mark.slow
def test_sampling_starts_where_it_is_told_to(tmp_path: Path) -> None:
    provider = LocalProvider(settings_of(make_chat_model(tmp_path), temperature=1.0))
    request = Request(system_prompt(), toolbox(), Dialogue("The ticket."), max_tokens=12)
    texts = []
    for seed in (1, 1, 2):
        provider.reseed(seed)
        texts.append(provider.ask(request).text)
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.slow
@pytest.mark.parametrize("template", [TEMPLATE, BARE_TEMPLATE], ids=["tools", "two roles only"])
def test_every_template_shows_tools_rules_and_results(tmp_path: Path, template: str) -> None:
    folder = make_chat_model(tmp_path, SAYS, template)
    policy = seat(settings_of(folder))
    for step in range(3):
        seen = sight(tool_result=f"result {step}", steps_left=200 - step)
        assert policy.act(seen)["tool"] == "read_ticket"


@pytest.mark.slow
def test_a_prompt_longer_than_the_model_is_shortened(wired: Path, tmp_path: Path) -> None:
    for path in wired.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    config["max_position_embeddings"] = 16_000
    (tmp_path / "config.json").write_text(json.dumps(config))
    policy = seat(settings_of(tmp_path))
    for step in range(6):
        seen = sight(tool_result=f"result {step} " + "word 7 " * 900, steps_left=200 - step)
        assert policy.act(seen)["tool"] == "read_ticket"
    assert any("prompt too long" in entry.get("text", "") for entry in policy.transcript)


def test_what_is_no_chat_model_is_refused_with_a_reason(wired: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no usable model"):
        LocalProvider(settings_of(tmp_path))
    for path in wired.iterdir():
        if "chat_template" not in path.name:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(UsageError, match="no chat template"):
        LocalProvider(settings_of(tmp_path))
