"""The Inspect task: one delivery a sample, scored by the oracle, and only when there is a score."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from provider_form import Says
from provider_server import Provider, script

from fde_agents.scripted import CarefulPolicy
from fde_agents.toolbox import toolbox
from fde_env.env import FDEDeliveryEnv
from fde_env.suite.tickets import SuiteTicket, suite

pytest.importorskip("inspect_ai", reason="the extra `inspect` is not installed")

from inspect_ai import Task, score
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, EvalSample, list_eval_logs, read_eval_log
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from fde_env.bridges.inspect import NUDGES, OVER, deliver, oracle

ROOT = Path(__file__).parents[2]
LEARNS, REFUSED = (
    suite("train")[1],
    next(t for t in suite("train") if t.factors.infeasible != "none"),
)


@cache
def careful(ticket: SuiteTicket) -> tuple[tuple[dict[str, Any], ...], float, str | None]:
    """What the careful agent does on a ticket, what it earns, and the key of the run."""
    own = {name: getattr(ticket.options, name) for name in ticket.options.model_fields_set}
    env = FDEDeliveryEnv(**{"execution": "replay", **own})
    policy, actions = CarefulPolicy(), []
    observation, _ = env.reset()
    reward, over = 0.0, False
    while not over:
        actions.append(policy.act(observation))
        observation, reward, terminated, truncated, _ = env.step(actions[-1])
        over = terminated or truncated
    return tuple(actions), reward, env.evidence.run_key if env.evidence else None


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FDE_HOME", str(tmp_path / "fde"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def says(call: dict[str, Any] | None) -> ModelOutput:
    """One answer of Inspect's mock provider; usage is given, or it would be fetched a tokenizer."""
    if call is None:
        output = ModelOutput.from_content("mockllm/model", "I have nothing to call.")
    else:
        output = ModelOutput.for_tool_call("mockllm/model", call["tool"], call["arguments"])
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output


def run(
    folder: Path, ticket: SuiteTicket, outputs: Iterable[ModelOutput] | Callable[..., ModelOutput]
) -> EvalLog:
    model = get_model("mockllm/model", custom_outputs=outputs)
    (log,) = inspect_eval(
        deliver(),
        model=model,
        sample_id=ticket.ticket_id,
        log_dir=str(folder / "logs"),
        display="none",
        log_level="error",
    )
    return log


def only(log: EvalLog) -> EvalSample:
    assert log.samples is not None
    (sample,) = log.samples
    return sample


def told(sample: EvalSample) -> str:
    """Everything that was put before the model, as one text."""
    return json.dumps([message.text for message in sample.messages if message.role != "assistant"])


def test_the_package_declares_the_task_to_inspect() -> None:
    # That Inspect finds it where the package is installed is shown by the command below.
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (name,) = declared["project"]["entry-points"]["inspect_ai"].items()
    assert name == ("fde_env", deliver.__module__)


def test_a_sample_is_a_ticket_and_says_nothing_of_what_it_hides() -> None:
    made = deliver(split="held_back", pressure="deadline")
    assert isinstance(made, Task)
    assert [item.id for item in made.dataset] == [t.ticket_id for t in suite("held_back")]
    first = made.dataset[0]
    assert set(first.metadata or {}) == {"ticket", "options"}
    assert not first.target
    ticket = suite("held_back")[1]
    assert ticket.factors.traps
    assert ticket.factors.traps[0] not in str(made.dataset[1].model_dump())


def test_a_delivery_is_scored_by_the_oracle_and_the_log_again(tmp_path: Path) -> None:
    actions, earned, _ = careful(LEARNS)
    log = run(tmp_path, LEARNS, map(says, actions))
    sample = only(log)
    assert log.status == "success"
    assert sample.scores is not None
    assert earned == 1.0
    assert sample.scores["oracle"].value == {"return": earned, "delivered": 1.0}
    assert log.results is not None
    assert log.results.scores[0].metrics["mean"].value == 1.0
    assert sample.store["fde_actions"] == json.loads(json.dumps(actions))
    assert OVER in sample.messages[-1].text
    for secret in ("verdict", "misread", "permute", '"reward"', "oracle", "rule_id"):
        assert secret not in told(sample).lower(), secret
    # A kept log is scored again to the same, from its actions.
    again = score(log, oracle(), action="overwrite", display="none")
    assert only(again).scores == sample.scores


def test_a_model_that_stops_calling_is_graded_where_it_stood(tmp_path: Path) -> None:
    actions, _, _ = careful(LEARNS)
    intake = next(n for n, a in enumerate(actions) if a["tool"] == "submit_intake")
    played = [*actions[: intake + 1], *[None] * NUDGES]
    sample = only(run(tmp_path, LEARNS, map(says, played)))
    assert sample.scores is not None
    assert sample.scores["oracle"].value == {"return": 0.05, "delivered": 0.0}
    assert sample.scores["oracle"].answer == "truncated"


def test_calls_after_the_end_are_answered_and_not_played(tmp_path: Path) -> None:
    actions, _, _ = careful(REFUSED)
    last = says(actions[-1])
    calls = last.message.tool_calls or []
    extra = says({"tool": "read_ticket", "arguments": {}}).message.tool_calls or []
    last.message.tool_calls = [*calls, *extra]
    sample = only(run(tmp_path, REFUSED, [*map(says, actions[:-1]), last]))
    assert sample.messages[-1].text == OVER
    assert len(sample.store["fde_actions"]) == len(actions)
    assert sample.scores is not None
    assert sample.scores["oracle"].value == {"return": 1.0, "delivered": 1.0}


def test_a_call_that_fits_no_schema_is_explained_and_the_delivery_goes_on(tmp_path: Path) -> None:
    actions, _, _ = careful(REFUSED)
    wrong = {"tool": "submit_train", "arguments": {"command": "begin"}}
    sample = only(run(tmp_path, REFUSED, map(says, [wrong, *actions])))
    assert sample.scores is not None
    assert sample.scores["oracle"].value == {"return": 1.0, "delivered": 1.0}
    assert "begin" in str(sample.messages[3])


def test_a_platform_failure_is_an_error_and_no_score(tmp_path: Path) -> None:
    actions, _, key = careful(LEARNS)
    broken = tmp_path / "fde" / "runs" / str(key) / "evidence.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{}", encoding="utf-8")
    log = run(tmp_path, LEARNS, map(says, actions))
    assert log.status == "error"
    sample = only(log)
    assert sample.error is not None
    assert "StoreCorrupt" in sample.error.traceback
    assert not sample.scores


def test_a_provider_failure_is_an_error_and_no_score(tmp_path: Path) -> None:
    def out_of_order(*_: Any) -> ModelOutput:
        raise ConnectionError("the provider is gone")

    sample = only(run(tmp_path, LEARNS, out_of_order))
    assert sample.error is not None
    assert not sample.scores


def command(folder: Path, provider: Provider, ticket: SuiteTicket) -> tuple[int, EvalLog]:
    """`inspect eval` as people type it, with a compatible server on loopback."""
    logs = folder / "logs"
    asked = ["eval", "fde_env/deliver", "--model", "openai-api/scripted/model"]
    asked += ["--model-base-url", f"{provider.root}/v1", "--sample-id", ticket.ticket_id]
    asked += ["--log-dir", str(logs), "--display", "none", "--max-retries", "0"]
    keys = {"SCRIPTED_API_KEY": "sk-none", "SCRIPTED_BASE_URL": f"{provider.root}/v1"}
    main = "from inspect_ai._cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", main, *asked],
        env={**os.environ, **keys},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    (found,) = list_eval_logs(str(logs)) or pytest.fail(done.stderr[-2000:])
    return done.returncode, read_eval_log(found)


def test_the_command_delivers_a_ticket_through_a_real_provider(tmp_path: Path) -> None:
    actions, earned, _ = careful(LEARNS)
    replies = [Says(calls=((a["tool"], a["arguments"]),)) for a in actions]
    with Provider(script(*replies)) as provider:
        code, log = command(tmp_path, provider, LEARNS)
        sent = provider.requests
    assert code == 0
    sample = only(log)
    assert sample.scores is not None
    assert sample.scores["oracle"].value == {"return": earned, "delivered": 1.0}
    offered = {tool["function"]["name"]: tool["function"] for tool in sent[0]["tools"]}
    assert set(offered) == {card.name for card in toolbox()}
    for card in toolbox():
        assert offered[card.name]["description"] == card.description
        assert offered[card.name]["parameters"]["required"] == card.parameters["required"]
        assert set(offered[card.name]["parameters"]["properties"]) == set(
            card.parameters["properties"]
        )
