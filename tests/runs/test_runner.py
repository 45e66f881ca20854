"""Which record will do: by backend, by probe key, by library versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from delivery_kit import STORE, make, play

from fde_env.contract.evidence import Evidence
from fde_env.errors import RecordMismatch
from fde_env.runs.judge import KEY_VARIABLE
from fde_env.runs.runner import Runner
from fde_env.runs.store import Store
from fde_env.runs.versions import differences


@pytest.fixture(scope="module")
def record() -> Evidence:
    env = make(trap="none")
    play(env, "reference")
    assert env.evidence is not None
    return env.evidence


def with_version(record: Evidence, package: str, version: str) -> Evidence:
    versions = (*record.provenance.versions, (package, version))
    return record.model_copy(
        update={"provenance": record.provenance.model_copy(update={"versions": versions})}
    )


def usable(record: Evidence, **choices: object) -> bool:
    return Runner(store=Store(STORE), **choices)._usable(record)  # the rule itself


def test_a_named_backend_takes_only_its_own_records(record: Evidence) -> None:
    made = record.provenance.backend
    other = "docker" if made != "docker" else "bubblewrap"
    assert usable(record, backend="auto")
    assert usable(record, backend=made)
    assert not usable(record, backend=other)
    assert usable(record, backend=other, execution="replay")


def test_a_private_probe_key_takes_no_public_record(
    record: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert record.provenance.host_key == "public"
    monkeypatch.setenv(KEY_VARIABLE, "a key of one's own")
    assert not usable(record)


def test_other_libraries_matter_only_under_strict_provenance(record: Evidence) -> None:
    old = with_version(record, "pydantic", "0.0.1")
    assert any(words.startswith("pydantic 0.0.1 recorded") for words in differences(old))
    assert usable(old)
    assert not usable(old, strict_provenance=True)
    with pytest.raises(RecordMismatch, match=r"pydantic 0\.0\.1"):
        usable(old, strict_provenance=True, execution="replay")


def test_the_store_of_the_tests_holds_no_machine_path(record: Evidence) -> None:
    assert str(Path.home()) not in record.model_dump_json()
