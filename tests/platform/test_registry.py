"""A name is registered once, for good."""

from __future__ import annotations

import pytest

from fde_env.contract.submissions.register import RegisterSubmission
from fde_env.errors import AgentFault, AlreadyRegistered
from fde_env.platform.registry import MemoryRegistry, ModelRegistry


def entry(name: str, artifact: str = "a1") -> RegisterSubmission:
    return RegisterSubmission(
        name=name,
        artifact_digest=artifact,
        dataset_digest="d1",
        config_digest="c1",
        base_revision="b1",
        run_id="run-1",
    )


def test_what_is_registered_is_found() -> None:
    registry: ModelRegistry = MemoryRegistry()
    assert registry.names() == ()
    assert registry.lookup("intent") is None
    registry.register(entry("intent"))
    registry.register(entry("intent-2"))
    assert registry.lookup("intent") == entry("intent")
    assert registry.names() == ("intent", "intent-2")


def test_a_taken_name_is_refused_and_its_entry_stays() -> None:
    registry = MemoryRegistry([entry("intent")])
    with pytest.raises(AlreadyRegistered, match="'intent' is registered already"):
        registry.register(entry("intent", artifact="a2"))
    assert registry.lookup("intent") == entry("intent")
    assert registry.names() == ("intent",)


def test_a_taken_name_is_the_agents_fault_not_the_platforms() -> None:
    assert issubclass(AlreadyRegistered, AgentFault)
