"""The OpenEnv server, spoken to by OpenEnv's own client over loopback."""

from __future__ import annotations

import json
import runpy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from delivery_kit import SMOKE, STORE, make, passed, play
from loopback import served

import fde_env
from fde_agents.scripted import CarefulPolicy
from fde_env.runs.store import Store
from fde_env.suite.tickets import suite

pytest.importorskip("openenv", reason="the extra `serve` is not installed")

from openenv.core import GenericEnvClient

from fde_env.bridges.openenv import create_app

ROOT = Path(__file__).parents[2]
# Words of what a ticket hides and of how it is judged.
SECRETS = ("verdict", '"stages"', "misread", "permute", "truth", "gold", "compliance")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(create_app(store=Store(STORE), trap="permute", **SMOKE)) as url:
        yield url


@pytest.fixture(scope="module")
def suite_address() -> Iterator[str]:
    with served(create_app(max_sessions=2)) as url:
        yield url


@contextmanager
def session(url: str) -> Iterator[Any]:
    with GenericEnvClient(base_url=url).sync() as client:
        yield client


def sent(result: Any) -> str:
    return json.dumps([result.observation, result.reward, result.metadata])


@pytest.mark.parametrize("agent", ["reference", "misreader"])
def test_a_delivery_is_played_to_its_end(address: str, agent: str) -> None:
    direct = play(make(trap="permute"), agent)
    with session(address) as client:
        results = [client.reset(), *(client.step(action) for action in direct.actions)]
    assert [item.done for item in results] == [False] * 10 + [True]
    assert results[-1].reward == pytest.approx(direct.total)
    assert [item.reward for item in results[:-1]] == [0.0] * 10
    verdicts = passed(results[-1].metadata["result"])
    assert verdicts == passed(direct.infos[-1]["result"])
    for seen, item in zip(direct.observations, results, strict=True):
        shown = {name: item.observation[name] for name in seen}
        assert shown == json.loads(json.dumps(seen))


def test_nothing_of_truth_or_verdicts_is_sent_before_the_end(address: str) -> None:
    direct = play(make(trap="permute"), "misreader")
    with session(address) as client:
        early = [sent(client.reset())]
        early += [sent(client.step(action)) for action in direct.actions[:-1]]
        early.append(json.dumps(client.state()))
        last = client.step(direct.actions[-1])
        late = json.dumps(client.state())
    for secret in SECRETS:
        assert not any(secret in text.lower() for text in early), secret
        assert secret not in late, secret
    assert "result" in last.metadata


def test_two_sessions_at_once_do_not_mix(suite_address: str) -> None:
    tickets = [item for item in suite("train") if item.spec.infeasible != "none"][:2]
    wanted = [item.ticket_id for item in tickets]
    with session(suite_address) as one, session(suite_address) as two:
        clients, policies = (one, two), (CarefulPolicy(), CarefulPolicy())
        results = [c.reset(ticket=t) for c, t in zip(clients, wanted, strict=True)]
        while not all(item.done for item in results):
            for n, (client, policy) in enumerate(zip(clients, policies, strict=True)):
                if not results[n].done:
                    results[n] = client.step(policy.act(results[n].observation))
        states = [client.state() for client in clients]
    assert [item.reward for item in results] == [1.0, 1.0]
    assert [item.metadata["result"]["ticket"] for item in results] == wanted
    assert [state["ticket_id"] for state in states] == wanted
    assert states[0]["episode_id"] != states[1]["episode_id"]


def test_the_example_delivers_over_the_network(
    suite_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    example = runpy.run_path(str(ROOT / "examples" / "openenv_client.py"))
    assert example["deliver"](suite_address) == 1.0
    assert "'card': True" in capsys.readouterr().out


def test_more_sessions_than_there_is_room_for_are_refused(suite_address: str) -> None:
    with session(suite_address) as one, session(suite_address) as two:
        assert one.reset(split="train", index=0).observation["stage"] == "intake"
        assert two.reset(split="held_back", index=0).observation["stage"] == "intake"
        with pytest.raises((RuntimeError, ConnectionError)), session(suite_address) as three:
            three.reset(seed=1)


def test_an_idle_session_is_closed_and_a_busy_one_is_not() -> None:
    look = {"tool": "list_files", "arguments": {}}
    app = create_app(session_timeout=1.5, store=Store(STORE), **SMOKE)
    with served(app) as url, session(url) as idle, session(url) as busy:
        idle.reset()
        busy.reset()
        # OpenEnv looks for idle sessions every five seconds.
        until = time.monotonic() + 6.5
        while time.monotonic() < until:
            busy.step(look)
            time.sleep(0.4)
        assert "mail_thread" in busy.step(look).observation["tool_result"]
        with pytest.raises(RuntimeError, match="session has ended"):
            idle.step(look)


def test_a_bad_action_costs_a_step_and_is_explained(address: str) -> None:
    with session(address) as client:
        client.reset()
        for arguments in ({"command": "begin"}, [1], None):
            result = client.step({"tool": "submit_train", "arguments": arguments})
            assert "Malformed action" in result.observation["message"]
            assert not result.done
        assert result.observation["metrics"]["steps_left"] == 197


def test_what_the_caller_does_wrong_is_said_and_the_session_goes_on(address: str) -> None:
    with session(address) as client:
        with pytest.raises(RuntimeError, match="call reset"):
            client.step({"tool": "read_ticket", "arguments": {}})
        with pytest.raises(RuntimeError, match="no ticket 'T-0'"):
            client.reset(ticket="T-0")
        with pytest.raises(RuntimeError, match="reset takes no trap"):
            client.reset(trap="none")
        assert client.reset().observation["stage"] == "intake"


def test_a_platform_failure_is_an_error_and_no_reward(tmp_path: Path) -> None:
    actions = play(make(), "reference").actions
    with served(create_app(store=Store(tmp_path), **SMOKE)) as url, session(url) as client:
        client.reset()
        begun = [client.step(action) for action in actions[:4]]
        assert not any(item.done for item in begun)
        with pytest.raises(RuntimeError, match="not in the store"):
            client.step(actions[4])
        with pytest.raises(RuntimeError, match="call reset"):
            client.step(actions[0])
        assert client.reset().observation["stage"] == "intake"


def test_the_manifest_passes_the_librarys_own_check_and_names_what_exists(
    address: str,
) -> None:
    from importlib import import_module

    from openenv.cli._validation import validate_running_environment
    from openenv.validation.parsers.openenv_yaml import OpenEnvYamlParser

    manifest = OpenEnvYamlParser().parse(ROOT)
    assert (manifest.name, manifest.version) == ("fde_env", fde_env.__version__)
    found = (ROOT / "openenv.yaml").read_text(encoding="utf-8")
    (named,) = [line.split(": ")[1] for line in found.splitlines() if line.startswith("app: ")]
    module, _, name = named.partition(":")
    assert getattr(import_module(module), name).title
    assert validate_running_environment(address)["passed"]


def test_tickets_are_listed_without_what_they_hide(address: str) -> None:
    import httpx

    splits = httpx.get(f"{address}/fde_env/splits").json()
    assert [item["name"] for item in splits] == ["train", "held_back"]
    told = httpx.post(f"{address}/fde_env/tasks", json={"split": "train"}).json()["tasks"]
    assert told == [{"id": t.ticket_id, "index": n} for n, t in enumerate(suite("train"))]
    wrong = httpx.post(f"{address}/fde_env/task", json={"split": "train", "index": 999})
    assert wrong.status_code == 400
