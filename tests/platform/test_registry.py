"""One protocol, one set of tests: whatever is a registry passes all of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from platform_kit import entry as entry_of
from platform_kit import facts

from fde_env.contract.submissions.register import RegisterSubmission
from fde_env.errors import AgentFault, AlreadyRegistered, RegistryFailed, StoreCorrupt, UsageError
from fde_env.platform.mlflow_registry import MlflowRegistry, stored_name
from fde_env.platform.registry import MemoryRegistry, ModelRegistry, enter_once

Make = Callable[[], ModelRegistry]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once a session; every MLflow registry of the tests is a copy."""
    return tmp_path_factory.getbasetemp() / "mlflow-templates"


@pytest.fixture(params=["memory", "mlflow"])
def registry(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> ModelRegistry:
    if request.param == "memory":
        return MemoryRegistry()
    return MlflowRegistry(tmp_path / "registry.db", template=template)


def entry(name: str, artifact: str = "a1") -> RegisterSubmission:
    return entry_of(facts(), name, artifact_digest=artifact)


# Conformance: each of these is run on every implementation.


def test_what_is_registered_is_found(registry: ModelRegistry) -> None:
    assert registry.names() == ()
    assert registry.lookup("intent") is None
    registry.register(entry("intent"))
    registry.register(entry("intent-2", artifact="a2"))
    assert registry.lookup("intent") == entry("intent")
    assert registry.lookup("intent-2") == entry("intent-2", artifact="a2")


def test_a_taken_name_is_refused_and_its_entry_stays(registry: ModelRegistry) -> None:
    registry.register(entry("intent"))
    for again in (entry("intent", artifact="a2"), entry("intent")):
        with pytest.raises(AlreadyRegistered, match="'intent' is registered already"):
            registry.register(again)
    assert registry.lookup("intent") == entry("intent")
    assert registry.names() == ("intent",)


def test_names_keep_the_order_of_their_registration(registry: ModelRegistry) -> None:
    names = ("zebra", "ant", "moth", "Bee", "10", "9")
    for name in names:
        registry.register(entry(name))
    assert registry.names() == names


ODD_NAMES = [
    *("a/b", "a:b", "a b", " a", "a ", "a'b", 'a"b', "a%b", "a.b", ".", "..", "a\nb", "a\x00b"),
    *("日本", "ü", "u\u0308", "A", "a", "models:/a/1", "a@production", "x" * 128, "🐙" * 128),
    *("' OR 1=1 --", "a-b~" + "0" * 32, "-", "_", "\uff21"),
]


def test_any_name_that_an_agent_can_send_is_its_own(registry: ModelRegistry) -> None:
    for number, name in enumerate(ODD_NAMES):
        assert registry.lookup(name) is None, name
        registry.register(entry(name, artifact=f"a{number}"))
    for number, name in enumerate(ODD_NAMES):
        assert registry.lookup(name) == entry(name, artifact=f"a{number}"), name
    assert registry.names() == tuple(ODD_NAMES)
    for name in ODD_NAMES[:2]:
        registry.promote(name)
        assert registry.in_production() == name


def test_one_model_at_a_time_is_in_production(registry: ModelRegistry) -> None:
    registry.register(entry("old"))
    registry.register(entry("new", artifact="a2"))
    assert registry.in_production() is None
    registry.promote("old")
    assert registry.in_production() == "old"
    registry.promote("new")
    registry.promote("new")
    assert registry.in_production() == "new"
    registry.promote("old")  # back again
    assert registry.in_production() == "old"
    assert registry.names() == ("old", "new")


def test_what_is_not_registered_cannot_be_promoted(registry: ModelRegistry) -> None:
    registry.register(entry("there"))
    registry.promote("there")
    with pytest.raises(UsageError, match="no model named 'gone'"):
        registry.promote("gone")
    assert registry.in_production() == "there"


def test_a_twin_is_equal_and_independent(registry: ModelRegistry) -> None:
    registry.register(entry("one"))
    registry.promote("one")
    twin = registry.twin()
    assert (twin.names(), twin.in_production()) == (("one",), "one")
    twin.register(entry("two"))
    twin.promote("two")
    assert (registry.names(), registry.in_production()) == (("one",), "one")
    registry.register(entry("three"))
    assert twin.names() == ("one", "two")


def test_the_same_entry_is_entered_once_and_another_refused(registry: ModelRegistry) -> None:
    enter_once(registry, entry("intent"))
    enter_once(registry, entry("intent"))
    with pytest.raises(AlreadyRegistered):
        enter_once(registry, entry("intent", artifact="a2"))
    assert registry.lookup("intent") == entry("intent")


# What is MLflow's own.


@pytest.fixture
def made(tmp_path: Path, template: Path) -> MlflowRegistry:
    return MlflowRegistry(tmp_path / "registry.db", template=template)


def test_entries_and_production_stay_in_the_file(made: MlflowRegistry, template: Path) -> None:
    made.register(entry("intent"))
    made.promote("intent")
    again = MlflowRegistry(made.path, template=template)
    assert again.lookup("intent") == entry("intent")
    assert (again.names(), again.in_production()) == (("intent",), "intent")
    with pytest.raises(AlreadyRegistered):
        again.register(entry("intent"))


def test_mlflow_itself_sees_versions_tags_and_the_alias(made: MlflowRegistry) -> None:
    from mlflow import MlflowClient

    made.register(entry("intent"))
    made.promote("intent")
    uri = f"sqlite:///{made.path}"
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    version = client.get_model_version_by_alias("intent", "production")
    assert (version.version, version.run_id) == (1, entry("intent").run_id)
    assert version.source == "fde-artifact:a1"
    assert version.tags["base_revision"] == entry("intent").base_revision


def test_a_registration_cut_off_in_the_middle_is_made_up_for(made: MlflowRegistry) -> None:
    # The model is there with its entry, its version is not: what a crash between the two leaves.
    made.register(entry("intent"))
    made._client.delete_model_version("intent", "1")
    assert made.lookup("intent") == entry("intent")
    with pytest.raises(AlreadyRegistered):
        made.register(entry("intent"))
    made.promote("intent")
    assert made.in_production() == "intent"


def test_an_entry_that_somebody_altered_is_no_entry(made: MlflowRegistry) -> None:
    made.register(entry("intent"))
    made._client.set_registered_model_tag("intent", "fde.entry", entry("else").model_dump_json())
    with pytest.raises(StoreCorrupt, match="is of 'else'"):
        made.lookup("intent")


def test_a_registry_of_somebody_else_is_not_taken_for_ours(made: MlflowRegistry) -> None:
    made._client.create_registered_model("theirs")
    with pytest.raises(StoreCorrupt, match="carries no entry of this project"):
        made.names()


def test_a_file_that_cannot_be_written_fails_as_the_platform_not_as_the_agent(
    made: MlflowRegistry,
) -> None:
    made.path.write_bytes(b"no database" * 100)
    with pytest.raises(RegistryFailed, match="the registry failed"):
        made.register(entry("intent"))
    assert issubclass(AlreadyRegistered, AgentFault)
    assert not issubclass(RegistryFailed, AgentFault)


def test_names_that_mlflow_takes_are_kept_as_they_are() -> None:
    assert stored_name("intent-run-0123456789ab") == "intent-run-0123456789ab"
    stored = [stored_name(name) for name in ODD_NAMES]
    assert len(set(stored)) == len(ODD_NAMES)
    assert not any(set(name) & set("/:'\"\n\x00") for name in stored)
    assert max(map(len, stored)) <= 128


def test_neither_registry_nor_card_opens_a_connection_or_starts_a_thread(
    tmp_path: Path, template: Path
) -> None:
    program = (
        "import sys, threading, pathlib\n"
        "seen = []\n"
        "names = ('connect', 'getaddrinfo', 'sendto', 'gethostbyname')\n"
        "watch = {f'socket.{name}' for name in names}\n"
        "sys.addaudithook(lambda event, _: seen.append(event) if event in watch else None)\n"
        "from platform_kit import delivery, entry, facts\n"
        "from fde_env.platform.mlflow_registry import MlflowRegistry\n"
        "from fde_env.platform.card import render_card\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "registry = MlflowRegistry(folder / 'r.db', template=pathlib.Path(sys.argv[2]))\n"
        "registry.register(entry(facts())); registry.promote('intent-1')\n"
        "render_card(delivery())\n"
        "print(seen, [thread.name for thread in threading.enumerate()])\n"
    )
    kit = str(Path(__file__).parents[1] / "kit")
    words = [sys.executable, "-c", f"import sys; sys.path.append({kit!r})\n" + program]
    run = subprocess.run(
        [*words, str(tmp_path), str(template)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[] ['MainThread']"


def test_two_registries_of_one_file_do_not_both_take_a_name(
    made: MlflowRegistry, template: Path
) -> None:
    other = MlflowRegistry(made.path, template=template)
    made.register(entry("intent"))
    with pytest.raises(AlreadyRegistered):
        other.register(entry("intent", artifact="a2"))
    assert other.lookup("intent") == entry("intent")
