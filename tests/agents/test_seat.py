"""What every model in the seat can rely on: budgets, room, keys, forks, and a fresh start."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from provider_form import Says, call
from provider_server import Brain, Fails, Provider, Reply, script
from seat_kit import KEY, KEY_NAME, PROTOCOLS, Pauses, seat_at, sight

from fde_agents.seating import seated
from fde_env.errors import BudgetSpent, ProviderOverloaded, RequestRejected, UsageError

READ = call("read_ticket")
PRICED = {"price_input": 10, "price_output": 100}
every_protocol = pytest.mark.parametrize("protocol", PROTOCOLS)


def act_for_ever(seat: Any) -> None:
    for step in range(200):
        seat.act(sight(steps_left=200 - step))


@every_protocol
def test_a_token_budget_ends_the_episode_before_it_is_crossed(protocol: str) -> None:
    with Provider(script(READ)) as provider:
        seat = seat_at(
            protocol, provider, token_budget=16_000, context_tokens=15_000, max_tokens=500
        )
        with pytest.raises(BudgetSpent, match="token_budget"):
            act_for_ever(seat)
    assert 1 <= seat.usage.requests < 20
    assert seat.usage.tokens <= 16_000


@every_protocol
def test_a_dollar_budget_ends_the_episode_and_bounds_the_last_answer(protocol: str) -> None:
    expensive = Says(calls=READ.calls, input_tokens=7_000, output_tokens=100)
    with Provider(script(expensive)) as provider:
        seat = seat_at(protocol, provider, dollar_budget=0.5, **PRICED)
        with pytest.raises(BudgetSpent, match=r"\$0"):
            act_for_ever(seat)
    limits = [
        body.get("max_tokens") or body.get("max_output_tokens") or body["max_completion_tokens"]
        for body in provider.requests
    ]
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] < limits[0]
    assert seat.usage.dollars is not None
    assert 0.3 < seat.usage.dollars <= 0.5
    assert seat.usage.dollars == pytest.approx(seat.usage.requests * 0.08)


def test_without_prices_no_dollars_are_claimed() -> None:
    with Provider(script(READ)) as provider:
        seat = seat_at("chat", provider)
        seat.act(sight())
    assert seat.usage.dollars is None


def test_a_new_episode_starts_with_nothing_of_the_last_one() -> None:
    with Provider(script(READ)) as provider:
        seat = seat_at("messages", provider)
        seat.act(sight(message="Ticket ONE."))
        seat.act(sight(steps_left=199))
        seat.act(sight(message="Ticket TWO."))
    assert "ONE" not in json.dumps(provider.requests[-1])
    assert "ONE" not in json.dumps(seat.transcript)
    assert seat.usage.requests == 1


def test_an_episode_that_failed_at_once_leaves_nothing_to_the_next() -> None:
    with Provider(script(Fails(503), READ)) as provider:
        seat = seat_at("chat", provider, Pauses(tries=1))
        with pytest.raises(ProviderOverloaded):
            seat.act(sight(message="Ticket ONE."))
        seat.act(sight(message="Ticket TWO."))
    assert "ONE" not in json.dumps(provider.requests[-1])


def test_the_transcript_holds_all_that_was_said_in_order() -> None:
    with Provider(script(READ, Says(text="Hm."), READ)) as provider:
        seat = seat_at("responses", provider)
        seat.act(sight(message="Ticket T-9."))
        seat.act(sight(tool_result="the request", steps_left=199))
        seat.act(sight(message="there is no tool", steps_left=198))
    entries = seat.transcript
    roles = ["system", "user", "assistant", "tool", "assistant", "user", "assistant"]
    assert [entry["role"] for entry in entries] == roles
    assert "Ticket T-9." in entries[1]["text"]
    assert "the request" in entries[3]["text"]
    assert json.loads(json.dumps(entries)) == entries
    entries.clear()
    assert len(seat.transcript) == 7


@every_protocol
def test_a_fork_goes_its_own_way_from_the_same_point(protocol: str) -> None:
    with Provider(script(READ)) as provider:
        seat = seat_at(protocol, provider)
        seat.act(sight(message="Ticket T-1."))
        for twin in (seat.fork(), copy.deepcopy(seat)):
            twin.act(sight(message="From: the board. Hurry.", steps_left=199))
            assert "Hurry" in json.dumps(provider.requests[-1])
            assert "T-1" in json.dumps(provider.requests[-1])
            assert twin.usage.requests == 2
        seat.act(sight(message="From: a colleague. Hello.", steps_left=199))
    assert "Hurry" not in json.dumps(provider.requests[-1])
    assert "Hurry" not in json.dumps(seat.transcript)
    assert seat.usage.requests == 2


@every_protocol
def test_a_seat_whose_provider_failed_goes_on_where_it_stood(protocol: str) -> None:
    down = Fails(503, "api_error", "maintenance")
    with Provider(script(READ, down, down, READ)) as provider:
        seat = seat_at(protocol, provider, Pauses(tries=2))
        seat.act(sight(message="Ticket T-1."))
        told = sight(tool_result="the request", steps_left=199)
        with pytest.raises(ProviderOverloaded):
            seat.act(told)
        assert seat.act(told)["tool"] == "read_ticket"
    texts = [entry.get("text", "") for entry in seat.transcript]
    assert sum("the request" in text for text in texts) == 1
    assert json.dumps(provider.requests[-1]).count("the request") == 1


@every_protocol
def test_a_question_after_the_end_is_answered_in_words(protocol: str) -> None:
    with Provider(script(READ, Says(text="yes"), Says(text="halt"))) as provider:
        seat = seat_at(protocol, provider)
        seat.act(sight())
        assert seat.ask("Is approval needed?") == "yes"
        assert seat.ask("Halt or continue?") == "halt"
    assert provider.requests[-1]["tool_choice"] in ("none", {"type": "none"})
    assert "Is approval needed?" in json.dumps(provider.requests[-1])
    assert seat.usage.requests == 3


# Servers of one protocol that do not take all of it


def refusing(words: str, holds: Any) -> Brain:
    """A server that rejects every request of which `holds` is true."""

    def brain(body: dict[str, Any]) -> Reply:
        return Fails(400, "invalid_request_error", words) if holds(body) else READ

    return brain


def strict_count(body: dict[str, Any]) -> int:
    return sum(bool(tool.get("function", tool).get("strict")) for tool in body["tools"])


FORCED = ("any", "required")
DEMANDS: list[tuple[str, str, dict[str, Any], Any]] = [
    (
        "messages",
        'tool_choice: type "tool" and "any" are not supported for this model.',
        {},
        lambda body: body["tool_choice"]["type"] in FORCED,
    ),
    (
        "messages",
        "The compiled grammar is too large. Reduce the number of strict tools.",
        {},
        lambda body: strict_count(body) > 6,
    ),
    (
        "messages",
        "`temperature` is deprecated for this model.",
        {"temperature": 0.5},
        lambda body: "temperature" in body,
    ),
    (
        "responses",
        "Encrypted content is not supported with this model.",
        {},
        lambda body: "include" in body,
    ),
    (
        "chat",
        "Unsupported parameter: 'max_completion_tokens'",
        {},
        lambda body: "max_completion_tokens" in body,
    ),
    (
        "chat",
        "Unexpected fields in the request: {'parallel_tool_calls'}",
        {},
        lambda body: "parallel_tool_calls" in body,
    ),
    ("chat", "unknown field: strict", {}, lambda body: strict_count(body) > 0),
    (
        "chat",
        "stream_options is not supported",
        {"stream": True},
        lambda body: "stream_options" in body,
    ),
]


@pytest.mark.parametrize(("protocol", "words", "options", "holds"), DEMANDS)
def test_a_request_goes_on_without_the_part_that_a_server_rejects(
    protocol: str, words: str, options: dict[str, Any], holds: Any
) -> None:
    with Provider(refusing(words, holds)) as provider:
        seat = seat_at(protocol, provider, Pauses(tries=1), **options)
        seat.act(sight())
        before = len(provider.requests)
        seat.act(sight(steps_left=199))
        assert len(provider.requests) == before + 1  # it is remembered
        assert any("goes on without" in entry.get("text", "") for entry in seat.transcript)
        seat.act(sight(message="Ticket TWO."))
    # The next episode's record says it, too.
    assert seat.transcript[0]["left_out"]


def test_a_rejection_that_nothing_can_be_left_out_for_is_final() -> None:
    with Provider(refusing("strict is bad, tool_choice is bad", lambda _: True)) as provider:
        with pytest.raises(RequestRejected):
            seat_at("messages", provider).act(sight())
        assert len(provider.requests) < 6


def test_as_many_tools_are_strict_as_the_provider_takes() -> None:
    with Provider(script(READ)) as provider:
        for protocol in PROTOCOLS:
            seat_at(protocol, provider).act(sight())
    messages, responses, chat = map(strict_count, provider.requests)
    assert 10 <= messages <= 20
    assert responses == chat == len(provider.requests[1]["tools"]) == 23


def test_tools_and_system_prompt_are_marked_for_the_cache() -> None:
    cached = Says(calls=READ.calls, cached_tokens=900)
    with Provider(script(cached)) as provider:
        seat = seat_at("messages", provider, price_input=10, price_output=0, price_cached=1)
        seat.act(sight())
        seat.act(sight(steps_left=199))
    body = provider.requests[-1]
    assert body["system"][0]["cache_control"] == body["cache_control"] == {"type": "ephemeral"}
    assert provider.requests[0]["tools"] == body["tools"]
    assert seat.usage.cached_tokens == 1_800
    assert seat.usage.dollars == pytest.approx(2 * (100 * 10 + 900 * 1) / 1e6)


# Room


@every_protocol
def test_a_prompt_that_is_too_long_is_shortened_and_asked_again(protocol: str) -> None:
    def narrow(body: dict[str, Any]) -> Reply:
        if len(json.dumps(body)) > 60_000:
            words = "prompt is too long: this model's maximum context length is 15000 tokens"
            return Fails(400, "context_length_exceeded", words)
        return Says(calls=READ.calls, thinks=True)

    with Provider(narrow) as provider:
        seat = seat_at(protocol, provider, context_tokens=1_000_000)
        for step in range(12):
            seat.act(sight(tool_result=f"result {step} " + "x" * 6_000, steps_left=200 - step))
    assert "result 11" in json.dumps(provider.requests[-1])
    assert "result 2 " not in json.dumps(provider.requests[-1])
    assert any("prompt too long" in entry.get("text", "") for entry in seat.transcript)
    # Nothing was lost for whoever reads the record.
    assert all(f"result {step} " in json.dumps(seat.transcript) for step in range(12))


def test_a_prompt_that_cannot_be_made_to_fit_is_a_rejected_request() -> None:
    full = Fails(413, "request_too_large", "request too large")
    with Provider(script(full)) as provider:
        with pytest.raises(RequestRejected):
            seat_at("messages", provider).act(sight())
        assert len(provider.requests) == 4


# Names and keys


def test_a_seat_is_taken_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with Provider(script(READ)) as provider:
        name = f"openai:org/model:7b?base_url={provider.root}/v1&key_env={KEY_NAME}&tries=1"
        seat: Any = seated(name)
        assert seat.act(sight()) == {"tool": "read_ticket", "arguments": {}}
    assert provider.requests[0]["model"] == "org/model:7b"
    assert provider.paths == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("anthropic:claude", "ANTHROPIC_API_KEY"),
        ("openai:gpt", "OPENAI_API_KEY"),
        ("openai:gpt?key_env=NOT_SET_HERE", "NOT_SET_HERE"),
        ("openai:", "openai:MODEL"),
        ("openai:gpt?speed=9", "unknown option 'speed'"),
        ("openai:gpt?tries=many", "tries"),
        ("openai:gpt?tries=1&tries=2", "once"),
        ("openai:gpt?dollar_budget=1", "price_input"),
        ("openai:gpt?base_url=http://me:secret@host/v1", "key_env"),
        ("local:no/such/folder", "no folder"),
        ("telepathy", "forms"),
        ("no.such.module:Thing", "no policy"),
    ],
)
def test_a_name_that_cannot_be_seated_says_why(name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        seated(name)


def test_a_providers_own_key_is_never_sent_to_another_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, KEY)
    with Provider(script(READ)) as provider:
        for kind, below in (("openai", "/v1"), ("anthropic", "")):
            seat: Any = seated(f"{kind}:any?base_url={provider.root}{below}")
            seat.act(sight())
    assert len(provider.headers) == 2
    assert KEY not in json.dumps(provider.headers)


def test_a_key_that_a_server_echoes_is_not_written_down() -> None:
    echo = Says(calls=READ.calls, text=f"I saw {KEY} in a header.")
    with Provider(script(Fails(500, "api_error", f"key {KEY}"), echo)) as provider:
        seat = seat_at("messages", provider)
        seat.act(sight())
    assert "[key]" in json.dumps(seat.transcript)
    assert KEY not in json.dumps(seat.transcript)


def test_a_word_in_place_of_a_key_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_NAME, "EMPTY")
    with Provider(script(Says(calls=READ.calls, text="The file is EMPTY."))) as provider:
        seat = seat_at("chat", provider)
        seat.act(sight())
    assert "The file is EMPTY." in json.dumps(seat.transcript)
