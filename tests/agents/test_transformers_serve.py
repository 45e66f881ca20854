"""The OpenAI path against a server that this project did not write: `transformers serve`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from delivery_kit import make
from seat_kit import KEY, KEY_NAME
from tiny_chat import make_chat_model

from fde_agents.seating import seated
from fde_env.errors import NoUsableAction, ProviderError

pytestmark = pytest.mark.slow
SAYS = '<tool_call>{"name": "read_ticket", "arguments": {}}</tool_call>'
START_S = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def up(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310  # loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Path]]:
    """Address of a running server, and two models: one that calls a tool, one at random."""
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    wired = make_chat_model(tmp_path_factory.mktemp("wired"), SAYS)
    chance = make_chat_model(tmp_path_factory.mktemp("random"))
    port = free_port()
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--device", "cpu"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    log = tmp_path_factory.mktemp("log") / "serve.log"
    with log.open("wb") as out:
        environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
        server = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            url, ends = f"http://127.0.0.1:{port}", time.monotonic() + START_S
            while not up(url):
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < ends, log.read_text()
                time.sleep(0.2)
            yield url, wired, chance
        finally:
            server.terminate()
            server.wait(30)


@pytest.mark.parametrize("options", ["", "&stream=true"])
def test_a_served_model_sits_in_the_seat(served: tuple[str, Path, Path], options: str) -> None:
    url, wired, _ = served
    name = f"openai:{wired}?base_url={url}/v1&key_env={KEY_NAME}&max_tokens=24&tries=1{options}"
    policy: Any = seated(name)
    env = make(trap="none")
    seen, _ = env.reset(seed=0)
    for _ in range(3):
        action = policy.act(seen)
        assert action == {"tool": "read_ticket", "arguments": {}}
        seen, *_ = env.step(action)
        assert seen["tool_result"]
    # The server knows no strict tools and says so; the seat goes on without what it rejects.
    assert policy.usage.requests == 3
    assert policy.usage.input_tokens > 1_000
    assert KEY not in str(policy.transcript)


def test_a_random_model_ends_as_an_agents_failure(served: tuple[str, Path, Path]) -> None:
    url, _, chance = served
    policy: Any = seated(
        f"openai:{chance}?base_url={url}/v1&max_tokens=8&tries=1&idle_limit=3&temperature=1"
    )
    env = make(trap="none")
    seen, _ = env.reset(seed=0)
    for _ in range(2):
        seen, *_ = env.step(policy.act(seen))
        assert "Malformed action" in seen["message"]
    with pytest.raises(NoUsableAction):
        policy.act(seen)
    assert policy.usage.requests == 3


def test_a_model_that_is_not_served_is_the_providers_error(served: tuple[str, Path, Path]) -> None:
    url, wired, _ = served
    policy: Any = seated(f"openai:{wired.parent}/nothing?base_url={url}/v1&tries=1")
    env = make(trap="none")
    seen, _ = env.reset(seed=0)
    with pytest.raises(ProviderError):
        policy.act(seen)
