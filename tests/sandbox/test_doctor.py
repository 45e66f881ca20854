"""The doctor's findings come from attacks, so a backend that leaks must be told apart."""

from __future__ import annotations

import time

import pytest

from fde_env.sandbox.base import Sandbox
from fde_env.sandbox.doctor import BOUNDARIES, diagnose


def test_an_isolated_backend_holds_everywhere(backend: Sandbox) -> None:
    (status,) = diagnose((backend.name,))
    assert status.available, status.reason
    assert status.isolated
    assert [finding for finding in status.enforces if not finding.enforced] == []
    assert {finding.name for finding in status.enforces} >= set(BOUNDARIES)


def test_the_unisolated_backend_is_caught_leaking() -> None:
    (status,) = diagnose(("subprocess",))
    findings = {finding.name: finding for finding in status.enforces}
    # The job runs as the same user, so it reads the secret out of another process.
    assert findings["environment"].evidence == "secret seen"
    assert not findings["environment"].enforced
    assert all(findings[name].enforced for name in ("wall clock", "output file", "output folder"))
    assert not any(findings[name].enforced for name in BOUNDARIES)


def test_an_absent_backend_is_reported_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    began = time.monotonic()
    (status,) = diagnose(("docker",))
    assert not status.available
    assert "no container engine answers" in status.reason
    assert status.enforces == ()
    assert time.monotonic() - began < 10
