"""Seats by their names from the command line."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from provider_form import call
from provider_server import Fails, Provider, script
from seat_kit import KEY, KEY_NAME
from typer.testing import CliRunner

from fde_env.cli import app
from fde_env.delivery import make_policy
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import UsageError

REFUSAL = {
    "decision": "refuse",
    "refusal_reason": "deadline",
    "task": "intent_classification",
    "input_column": "text",
    "target_column": "code",
    "label_source": "labels_1.csv",
    "label_map": "label_map_1.json",
    "join_key": "message_id",
    "row_filter": [],
    "metric": "accuracy",
}


def run(*words: str, typed: str = "") -> Any:
    return CliRunner().invoke(app, ["run", "--size", "smoke", *words], input=typed)


def test_a_model_behind_a_server_delivers_from_the_command_line() -> None:
    with Provider(script(call("read_ticket"), call("submit_intake", **REFUSAL))) as provider:
        agent = f"openai:qwen?base_url={provider.root}/v1&key_env={KEY_NAME}"
        done = run("--agent", agent, "--infeasible", "deadline", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["ending"], report["reward"]) == (0, "refused", 1.0)
    assert report["agent"] == agent
    assert KEY not in done.output


def test_a_provider_that_fails_is_no_score_but_an_error() -> None:
    with Provider(script(Fails(401, "invalid_api_key", f"bad {KEY}"))) as provider:
        agent = f"openai:qwen?base_url={provider.root}/v1&key_env={KEY_NAME}"
        done = run("--agent", agent, "--json")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "does not take this key" in done.stderr
    assert KEY not in done.output


def test_a_person_takes_the_seat_and_may_leave_it() -> None:
    done = run("--agent", "human", "--trap", "none", typed="read_ticket\nhelp\nquit\n")
    assert done.exit_code == 2
    assert "Read the customer's request" in done.stderr
    assert "left the seat" in done.stderr


def test_the_example_of_a_model_in_the_seat_runs_as_it_is() -> None:
    example = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "model_agent.py"))
    with Provider(script(call("submit_intake", **REFUSAL))) as provider:
        agent = f"anthropic:any?base_url={provider.root}"
        reward, transcript = example["main"](agent, infeasible="deadline", size="smoke")
    assert reward == 1.0
    assert [entry["role"] for entry in transcript] == ["system", "user", "assistant"]


@pytest.mark.parametrize("name", ["nobody", "openai:", "anthropic:claude", "openai:m?x=1"])
def test_a_name_that_cannot_be_seated_is_a_mistake_of_the_caller(name: str) -> None:
    with pytest.raises(UsageError):
        make_policy(name, FDEDeliveryEnv())
    assert run("--agent", name).exit_code == 2
