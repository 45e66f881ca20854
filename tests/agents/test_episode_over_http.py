"""Whole deliveries: observation, HTTP, SDK, tool call, action, environment, and back."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from delivery_kit import make, play
from provider_server import Fails, Provider, Reply
from seat_kit import KEY, WAY_IDS, WAYS, Actor, seat_at

from fde_agents.scripted import CarefulPolicy, ConfiguratorPolicy
from fde_env.contract.stage import STAGES


@cache
def _alone(scripted: type[Any], trap: str) -> Any:
    """The same delivery without a provider, played once a session."""
    policy = scripted()
    return play(make(trap=trap), lambda _, seen: policy.act(seen))


@pytest.mark.parametrize(("protocol", "stream"), WAYS, ids=WAY_IDS)
def test_an_agent_behind_a_provider_delivers_as_it_does_without_one(
    protocol: str, stream: bool
) -> None:
    scripted = ConfiguratorPolicy if stream else CarefulPolicy
    alone = _alone(scripted, "permute")
    actor = Actor(scripted())
    with Provider(actor.brain) as provider:
        seat = seat_at(protocol, provider, stream=stream, price_input=2, price_output=8)
        act = actor.watched(seat.act)
        trace = play(make(trap="permute"), lambda _, seen: act(seen))
    assert trace.actions == alone.actions
    assert trace.rewards == alone.rewards
    assert trace.infos[-1]["result"]["stages"] == alone.infos[-1]["result"]["stages"]
    assert seat.usage.requests == len(trace.actions)
    assert seat.usage.dollars == pytest.approx(len(trace.actions) * (1000 * 2 + 50 * 8) / 1e6)
    _shows_no_verdict(provider, trace)
    _keeps_the_key(provider, seat)


def _shows_no_verdict(provider: Provider, trace: Any) -> None:
    """Neither reward nor verdict is in an observation, nor in anything that the model got."""
    for seen in trace.observations:
        assert set(seen) == {"stage", "message", "logs", "metrics", "tool_result"}
        assert not {"reward", "verdict", "verdicts", "return", "passed"} & set(seen["metrics"])
    sent = provider.said_to_model().lower()
    assert all(word not in sent for word in ('"reward"', "verdict", "oracle", "rule_id"))
    reasons = [item["reason"] for item in trace.infos[-1]["result"]["stages"]]
    assert all(json.dumps(reason)[1:-1].lower() not in sent for reason in reasons if reason)


def _keeps_the_key(provider: Provider, seat: Any) -> None:
    assert KEY not in provider.said_to_model()
    assert KEY not in json.dumps(seat.transcript)
    assert any(KEY in value for value in provider.headers[0].values())


def test_a_bad_day_at_the_provider_changes_nothing_in_the_delivery() -> None:
    alone = _alone(CarefulPolicy, "none")
    actor = Actor(CarefulPolicy())
    turn = {"count": 0}

    def moody(body: dict[str, Any]) -> Reply:
        turn["count"] += 1
        if turn["count"] % 3 == 0:
            return Fails(529, "overloaded_error", "Overloaded")
        return actor.brain(body)

    with Provider(moody) as provider:
        seat = seat_at("messages", provider)
        act = actor.watched(seat.act)
        trace = play(make(trap="none"), lambda _, seen: act(seen))
    assert trace.actions == alone.actions
    assert trace.total == alone.total == 1.0
    assert seat.usage.retries == (turn["count"] - seat.usage.requests) > 0


def test_a_long_delivery_is_shortened_on_the_way_and_still_ends() -> None:
    alone = _alone(CarefulPolicy, "noise")
    actor = Actor(CarefulPolicy())

    def counting(body: dict[str, Any]) -> Reply:
        return replace(actor.brain(body), input_tokens=len(json.dumps(body)) // 4)

    with Provider(counting) as provider:
        seat = seat_at("chat", provider, context_tokens=12_000, max_tokens=500)
        act = actor.watched(seat.act)
        trace = play(make(trap="noise"), lambda _, seen: act(seen))
    assert trace.actions == alone.actions
    assert {action["tool"] for action in trace.actions} >= {f"submit_{stage}" for stage in STAGES}
    assert any("shortened" in entry.get("text", "") for entry in seat.transcript)
    sizes = [len(json.dumps(body)) // 4 for body in provider.requests]
    # The first prompts teach how much a token holds; what follows keeps to the limit.
    assert max(sizes[3:]) <= 12_000
    assert seat.usage.requests == len(alone.actions)
