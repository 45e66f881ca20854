"""Both SDKs against real HTTP: every mishap ends in its class, and nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from provider_form import Says, call
from provider_server import Cuts, Fails, Hangs, Provider, Raw, Reply, script
from seat_kit import KEY, PROTOCOLS, WAY_IDS, WAYS, Pauses, seat_at, sight

from fde_env.errors import (
    AgentRefused,
    BadResponse,
    ConnectionLost,
    NoUsableAction,
    ProviderError,
    ProviderOverloaded,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
)

ways = pytest.mark.parametrize(("protocol", "stream"), WAYS, ids=WAY_IDS)
READ = call("read_file", name="labels_1.csv", start=0, rows=3)
ACTION = {"tool": "read_file", "arguments": {"name": "labels_1.csv", "start": 0, "rows": 3}}
TICKET = {"tool": "read_ticket", "arguments": {}}
RATE = Fails(429, "rate_limit_error", "slow down", (("retry-after", "7"),))
OVERLOADED = Fails(529, "overloaded_error", "Overloaded")


@ways
def test_a_call_becomes_an_action_and_its_result_goes_back(protocol: str, stream: bool) -> None:
    with Provider(script(READ, call("read_ticket"))) as provider:
        seat = seat_at(protocol, provider, stream=stream)
        assert seat.act(sight(message="Ticket T-77.")) == ACTION
        assert seat.act(sight(tool_result="message_id,code\n1,c07", steps_left=199)) == TICKET
    first, second = provider.requests
    assert "Ticket T-77." in json.dumps(first)
    assert "1,c07" not in json.dumps(first)
    assert "1,c07" in json.dumps(second)
    assert (seat.usage.requests, seat.usage.input_tokens, seat.usage.output_tokens) == (
        2,
        2000,
        100,
    )


MISHAPS: dict[str, tuple[Reply, type[ProviderError]]] = {
    "rate limit": (RATE, RateLimited),
    "overloaded": (OVERLOADED, ProviderOverloaded),
    "server error": (Fails(500, "api_error", "oops"), ProviderOverloaded),
    "cut": (Cuts(), ConnectionLost),
    "cut midway": (Cuts(READ, 0.6), ConnectionLost),
    "no protocol": (Raw("<html>gateway</html>", "text/html"), BadResponse),
}
# Where an answer comes in pieces, what matters is how it can break off.
MISHAP_CASES = [
    pytest.param(protocol, stream, name, id=f"{name}-{way}")
    for (protocol, stream), way in zip(WAYS, WAY_IDS, strict=True)
    for name in MISHAPS
    if not stream or name in ("cut midway", "no protocol")
]


@pytest.mark.parametrize(("protocol", "stream", "name"), MISHAP_CASES)
def test_a_passing_mishap_is_tried_again_and_a_lasting_one_has_its_class(
    protocol: str, stream: bool, name: str
) -> None:
    mishap, error = MISHAPS[name]
    with Provider(script(mishap, mishap, READ)) as provider:
        seat = seat_at(protocol, provider, stream=stream)
        assert seat.act(sight()) == ACTION
        assert (seat.usage.requests, seat.usage.retries) == (1, 2)
        notes = [entry["text"] for entry in seat.transcript if entry["role"] == "note"]
        assert len(notes) == 2
        assert all("tried again" in note for note in notes)
    with Provider(script(mishap)) as provider:
        seat = seat_at(protocol, provider, Pauses(tries=2), stream=stream)
        with pytest.raises(error):
            seat.act(sight())
        assert len(provider.requests) == 2  # as many as there were tries


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_answer_of_another_shape_is_a_bad_response(protocol: str) -> None:
    bodies = (
        "{}",
        "[]",
        '{"id": 3',
        '"text"',
        "null",
        '{"content": 3, "choices": [], "output": 1}',
    )
    with Provider(script(*map(Raw, bodies))) as provider:
        seat = seat_at(protocol, provider, Pauses(tries=1))
        for _ in bodies:
            with pytest.raises(BadResponse):
                seat.act(sight())
        assert len(provider.requests) == len(bodies)


@ways
def test_no_answer_within_the_limit_is_a_timeout(protocol: str, stream: bool) -> None:
    with Provider(script(Hangs())) as provider:
        seat = seat_at(protocol, provider, Pauses(tries=2), stream=stream, timeout_s=0.1)
        with pytest.raises(ProviderTimeout):
            seat.act(sight())
        assert len(provider.requests) == 2


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_is_not_there_is_a_lost_connection(protocol: str) -> None:
    with Provider(script(READ)) as provider:
        seat = seat_at(protocol, provider)
    with pytest.raises(ConnectionLost):
        seat.act(sight())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pauses_grow_and_heed_what_the_server_asks_for(protocol: str) -> None:
    pauses = Pauses()
    with Provider(script(RATE, OVERLOADED, OVERLOADED, READ)) as provider:
        seat_at(protocol, provider, pauses).act(sight())
    assert pauses.seconds[0] >= 7
    assert pauses.seconds[1:] == [2.0, 4.0]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_asks_for_hours_is_not_waited_for(protocol: str) -> None:
    pauses = Pauses()
    slow = Fails(429, "rate_limit_error", "tomorrow", (("retry-after", "86400"),))
    with Provider(script(slow)) as provider:
        with pytest.raises(RateLimited):
            seat_at(protocol, provider, pauses).act(sight())
        assert (len(provider.requests), pauses.seconds) == (1, [])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_rejected_request_is_not_repeated_and_names_no_key(protocol: str) -> None:
    statuses = (400, 401, 403, 404, 422)
    echoes = [Fails(status, "invalid_request_error", f"bad key {KEY}") for status in statuses]
    with Provider(script(*echoes)) as provider:
        seat = seat_at(protocol, provider)
        for status in statuses:
            with pytest.raises(RequestRejected, match=str(status)) as raised:
                seat.act(sight())
            assert KEY not in str(raised.value)
            assert raised.value.__cause__ is None
        assert len(provider.requests) == len(statuses)


def test_a_spent_credit_is_not_waited_for() -> None:
    broke = Fails(429, "insufficient_quota", "You exceeded your current quota")
    with Provider(script(broke)) as provider:
        with pytest.raises(RateLimited, match="quota"):
            seat_at("chat", provider).act(sight())
        assert len(provider.requests) == 1


@ways
def test_a_refusal_is_the_agents_own_and_is_not_repeated(protocol: str, stream: bool) -> None:
    with Provider(script(Says(refusal="I will not take part."))) as provider:
        seat = seat_at(protocol, provider, stream=stream)
        with pytest.raises(AgentRefused, match="I will not take part"):
            seat.act(sight())
        assert len(provider.requests) == 1
    assert not issubclass(AgentRefused, ProviderError)
    assert seat.usage.output_tokens == 50
    assert "I will not take part" in json.dumps(seat.transcript)


@pytest.mark.parametrize("protocol", ["responses", "chat"])
def test_a_filtered_answer_is_a_refusal(protocol: str) -> None:
    filtered = script(Says(text="so far", stop="content_filter"))
    with Provider(filtered) as provider, pytest.raises(AgentRefused):
        seat_at(protocol, provider).act(sight())


def test_what_a_response_reports_as_failed_has_its_class() -> None:
    def failed(code: str) -> Raw:
        error = {"code": code, "message": "said so"}
        body = {"id": "r", "object": "response", "status": "failed", "error": error, "output": []}
        return Raw(json.dumps(body))

    for code, error in (
        ("server_error", ProviderOverloaded),
        ("rate_limit_exceeded", RateLimited),
        ("invalid_prompt", AgentRefused),
        ("bio_policy", AgentRefused),
        ("vector_store_timeout", ProviderTimeout),
    ):
        with Provider(script(failed(code))) as provider, pytest.raises(error):
            seat_at("responses", provider).act(sight())


def test_an_error_inside_a_stream_is_tried_again() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    events = f"event: error\ndata: {json.dumps(error)}\n\n"
    with Provider(script(Raw(events, "text/event-stream"), READ)) as provider:
        seat = seat_at("messages", provider, stream=True)
        assert seat.act(sight()) == ACTION
    error = {"error": {"code": "server_error", "message": "try later"}}
    events = f"data: {json.dumps(error)}\n\n"
    brain = script(Raw(events, "text/event-stream"))
    with Provider(brain) as provider, pytest.raises(ProviderOverloaded):
        seat_at("chat", provider, stream=True).act(sight())


# What the model sends, usable or not, reaches the environment, and its answer the model.

MALFORMED: list[tuple[str, Says, Any]] = [
    ("unknown tool", call("drop_tables", x=1), {"tool": "drop_tables", "arguments": {"x": 1}}),
    ("odd name", call("no such tool!"), {"tool": "no such tool!", "arguments": {}}),
    ("missing field", call("read_file"), {"tool": "read_file", "arguments": {}}),
    ("a list", Says(calls=(("read_file", [1]),)), {"tool": "read_file", "arguments": [1]}),
    ("text only", Says(text="Let me think."), {"tool": "no_tool_call", "arguments": {}}),
    ("nothing", Says(), {"tool": "no_tool_call", "arguments": {}}),
    ("cut off", Says(text="Well", stop="max_tokens"), {"tool": "no_tool_call", "arguments": {}}),
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("says", "action"), [m[1:] for m in MALFORMED], ids=[m[0] for m in MALFORMED]
)
def test_a_malformed_call_goes_through_and_is_explained_to_the_model(
    protocol: str, says: Says, action: Any
) -> None:
    if says.stop and protocol != "messages":
        says = Says(
            text=says.text, stop={"responses": "max_output_tokens", "chat": "length"}[protocol]
        )
    with Provider(script(says, READ)) as provider:
        seat = seat_at(protocol, provider)
        assert seat.act(sight()) == action
        told = sight(message="Malformed action, nothing was taken: E42", steps_left=199)
        assert seat.act(told) == ACTION
    sent = json.dumps(provider.requests[-1])
    assert "E42" in sent
    assert ("held no tool call" in sent) == (not says.calls and not says.stop)
    assert ("cut off" in sent) == bool(says.stop)


@pytest.mark.parametrize("protocol", ["responses", "chat"])
def test_arguments_that_are_no_json_reach_the_environment_as_they_came(protocol: str) -> None:
    broken = Says(calls=(("read_file", '{"name": "labels_1.csv", '),))
    with Provider(script(broken, READ)) as provider:
        seat = seat_at(protocol, provider)
        assert seat.act(sight())["arguments"] == '{"name": "labels_1.csv", '
        assert seat.act(sight(message="not an object", steps_left=199)) == ACTION


def test_calls_that_a_server_left_in_the_text_are_found() -> None:
    text = '<tool_call>{"name": "read_ticket", "arguments": {}}</tool_call>'
    with Provider(script(Says(text=text))) as provider:
        seat = seat_at("chat", provider)
        assert seat.act(sight()) == TICKET
        assert seat.act(sight(steps_left=199)) == TICKET
    assert (
        provider.requests[-1]["messages"][2]["tool_calls"][0]["function"]["name"] == "read_ticket"
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_who_only_talks_is_stopped_as_an_agents_failure(protocol: str) -> None:
    with Provider(script(Says(text="I could read the ticket."))) as provider:
        seat = seat_at(protocol, provider, idle_limit=3)
        for step in range(2):
            seat.act(sight(steps_left=200 - step))
        with pytest.raises(NoUsableAction):
            seat.act(sight(steps_left=198))
    assert seat.usage.requests == 3


@ways
def test_several_calls_at_once_are_played_one_by_one_and_answered_together(
    protocol: str, stream: bool
) -> None:
    both = Says(calls=(*READ.calls, ("read_policy", {})), text="Both, please.")
    with Provider(script(both, call("read_ledger"))) as provider:
        seat = seat_at(protocol, provider, stream=stream)
        assert seat.act(sight()) == ACTION
        assert seat.act(sight(tool_result="rows", steps_left=199))["tool"] == "read_policy"
        assert len(provider.requests) == 1
        assert seat.act(sight(tool_result="policy", steps_left=198))["tool"] == "read_ledger"
    assert [answer["role"] for answer in seat.transcript if answer["role"] == "tool"] == [
        "tool"
    ] * 2


def test_thinking_goes_back_with_the_answer_that_it_belongs_to() -> None:
    thoughtful = Says(calls=READ.calls, thinks=True)
    for protocol, mark in (("messages", "sig1"), ("responses", "cipher1")):
        with Provider(script(thoughtful)) as provider:
            seat = seat_at(protocol, provider, stream=True)
            seat.act(sight())
            seat.act(sight(steps_left=199))
        assert mark in json.dumps(provider.requests[-1])
