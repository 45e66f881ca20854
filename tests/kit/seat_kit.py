"""Models in the seat for tests: a policy behind a provider on loopback."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

from provider_form import Says
from provider_server import Provider

from fde_agents.retry import Backoff
from fde_agents.seat import ModelPolicy
from fde_agents.settings import Settings

KEY: Final = "sk-live-0123456789abcdef"
KEY_NAME: Final = "FDE_TEST_KEY"
# SDK, its options here, and the path below the server's root that it wants as base_url.
PROTOCOLS: Final = {
    "messages": ("anthropic", {}, ""),
    "responses": ("openai", {"api": "responses"}, "/v1"),
    "chat": ("openai", {"api": "chat"}, "/v1"),
}
WAYS: Final = [(name, stream) for name in PROTOCOLS for stream in (False, True)]
WAY_IDS: Final = [f"{name}-{'stream' if stream else 'whole'}" for name, stream in WAYS]


@dataclass
class Pauses:
    """A backoff's sleep that keeps what it was asked to wait, and does not wait."""

    tries: int = 4
    seconds: list[float] = field(default_factory=list)

    def backoff(self) -> Backoff:
        return Backoff(self.tries, sleep=self.seconds.append, draw=lambda: 1.0)


def settings_for(protocol: str, provider: Provider, **options: Any) -> Settings:
    _, own, below = PROTOCOLS[protocol]
    base = {"model": "scripted", "base_url": provider.root + below, "key_env": KEY_NAME}
    return Settings.model_validate({**base, "timeout_s": 60.0, **own, **options})


def seat_at(
    protocol: str, provider: Provider, pauses: Pauses | None = None, **options: Any
) -> ModelPolicy:
    """A policy that asks `provider`; the key must stand in the environment."""
    made = import_module(f"fde_agents.{PROTOCOLS[protocol][0]}").seat
    settings = settings_for(protocol, provider, **options)
    policy: ModelPolicy = made(settings, (pauses or Pauses()).backoff())
    return policy


@dataclass
class Actor:
    """A scripted policy inside the provider: its actions come back as the model's tool calls."""

    policy: Any
    seen: Any = None

    def brain(self, _: dict[str, Any]) -> Says:
        action = self.policy.act(self.seen)
        return Says(calls=((action["tool"], action["arguments"]),), cached_tokens=200)

    def watched(self, act: Any) -> Any:
        """`act`, with the observation kept for the brain."""

        def watching(observation: Any) -> Any:
            self.seen = observation
            return act(observation)

        return watching


def sight(stage: str = "intake", **parts: Any) -> dict[str, Any]:
    """An observation as the environment makes it, with no run yet."""
    numbers = dict.fromkeys(
        ("loss", "grad_norm", "learning_rate", "token_accuracy", "dev_accuracy", "alarm")
    )
    left = parts.pop("steps_left", 200)
    metrics = {"step": 0, **numbers, "steps_left": left, "reads_left": 40}
    return {
        "stage": stage,
        "message": "Ticket T-1.",
        "logs": "",
        "metrics": metrics,
        "tool_result": "",
        **parts,
    }
