"""The run store: records appear whole or not at all, and a record is what its name says."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from delivery_kit import SMOKE, STORE, make, play

from fde_env.contract.evidence import Evidence
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import InfrastructureError, ReplayMiss, StoreCorrupt
from fde_env.intervene import ReferencePolicy
from fde_env.runs import store as store_module
from fde_env.runs.run import halted_prefix
from fde_env.runs.store import EVIDENCE, BasePredictions, Store, base_key


def evidence(trap: str = "permute") -> Evidence:
    episode = play(make(trap=trap), "misreader").env._episode
    assert episode is not None
    assert episode.evidence is not None
    return episode.evidence


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    store, record = Store(tmp_path), evidence()
    assert store.evidence(record.run_key) is None
    kept = store.keep_run(record, {"adapter_model.safetensors": b"weights"})
    assert store.evidence(record.run_key) == record
    assert files_in(tmp_path) == [
        f"runs/{record.run_key}/adapter/adapter_model.safetensors",
        f"runs/{record.run_key}/{EVIDENCE}",
    ]
    assert kept == store.run_dir(record.run_key)


def test_a_record_is_replaced_as_a_whole(tmp_path: Path) -> None:
    store, record = Store(tmp_path), evidence()
    store.keep_run(record, {"old": b"1"})
    store.keep_run(record, {"new": b"2"})
    assert [name for name in files_in(tmp_path) if "adapter" in name] == [
        f"runs/{record.run_key}/adapter/new"
    ]


@pytest.mark.parametrize("at", ["rename", "replace"])
def test_a_writer_that_is_killed_before_the_rename_leaves_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    class Killed(BaseException):
        """As abrupt as a signal: nothing in the store catches it."""

    def die(*_: Any) -> None:
        raise Killed

    store, record = Store(tmp_path), evidence()
    monkeypatch.setattr(Path, "rename", die)
    monkeypatch.setattr(os, "replace", die)
    base = BasePredictions(base_digest="b", splits_digest="s", predictions=(("dev", (1, 2)),))
    write = {
        "rename": lambda: store.keep_run(record, {"adapter_model.safetensors": b"weights"}),
        "replace": lambda: store.keep_base(base),
    }
    with pytest.raises(Killed):
        write[at]()
    monkeypatch.undo()
    assert files_in(tmp_path), "something was written before it died"
    assert store.evidence(record.run_key) is None
    assert store.base_predictions(base.key) is None


def test_leftovers_of_a_killed_run_are_not_a_record(tmp_path: Path) -> None:
    store, record = Store(tmp_path), evidence()
    half = store.new_work_dir()
    (half / EVIDENCE).write_text(record.model_dump_json()[:1000], encoding="utf-8")
    (tmp_path / "runs" / record.run_key).mkdir(parents=True)
    assert store.evidence(record.run_key) is None
    env = FDEDeliveryEnv(store=store, execution="replay", trap="none", **SMOKE)
    with pytest.raises(ReplayMiss):
        play_raw(env)


def play_raw(env: FDEDeliveryEnv) -> None:
    observation, _ = env.reset(seed=0)
    done = False
    while not done:
        observation, _, done, _, _ = env.step(ReferencePolicy(env).act(observation))


def test_a_halted_run_is_no_record_of_its_spec(tmp_path: Path) -> None:
    store, record = Store(tmp_path), evidence()
    halted = halted_prefix(record, record.alarms[0].step)
    kept = store.keep_run(halted, {})
    assert kept.is_dir()
    assert store.evidence(record.run_key) is None


def corrupt(home: Path, change: Any) -> None:
    for path in (home / "runs").glob(f"*/{EVIDENCE}"):
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: text.replace('"max_steps":60', '"max_steps":61'),
        lambda text: text.replace('"run_key":"', '"run_key":"0', 1),
        lambda text: text.replace('"status":"completed"', '"status":"splendid"'),
        lambda text: json.dumps({**json.loads(text), "surprise": 1}),
    ],
    ids=["cut", "empty", "list", "other spec", "other key", "bad status", "extra field"],
)
def test_a_corrupt_record_is_said_to_be_corrupt_and_what_to_do(tmp_path: Path, change: Any) -> None:
    home = tmp_path / "home"
    shutil.copytree(STORE, home)
    corrupt(home, change)
    env = FDEDeliveryEnv(store=Store(home), execution="replay", trap="none", **SMOKE)
    with pytest.raises(StoreCorrupt, match="delete"):
        play_raw(env)


def test_a_record_under_another_runs_name_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(STORE, home)
    one, other = sorted((home / "runs").iterdir())[:2]
    shutil.copy(one / EVIDENCE, other / EVIDENCE)
    with pytest.raises(StoreCorrupt, match="another spec"):
        Store(home).evidence(other.name)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"base_digest": "x"'])
def test_corrupt_base_predictions_are_said_to_be_corrupt(tmp_path: Path, text: str) -> None:
    key = base_key("b", "s")
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / f"{key}.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreCorrupt, match="delete"):
        Store(tmp_path).base_predictions(key)


def test_base_predictions_under_another_key_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep_base(BasePredictions(base_digest="b", splits_digest="s", predictions=()))
    one, other = base_key("b", "s"), base_key("b", "t")
    (tmp_path / "bases" / f"{one}.json").rename(tmp_path / "bases" / f"{other}.json")
    with pytest.raises(StoreCorrupt, match="another key"):
        store.base_predictions(other)


def test_infrastructure_errors_are_one_family() -> None:
    assert issubclass(ReplayMiss, InfrastructureError)
    assert issubclass(StoreCorrupt, InfrastructureError)


def test_a_record_changed_on_disk_is_read_again(tmp_path: Path) -> None:
    store, record = Store(tmp_path), evidence()
    path = store.keep_run(record, {}) / EVIDENCE
    assert store.evidence(record.run_key) == record
    changed = record.model_copy(update={"rows_kept": record.rows_kept - 1})
    path.write_text(changed.model_dump_json(), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert store.evidence(record.run_key) == changed


def test_the_home_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FDE_HOME", str(tmp_path / "here"))
    assert Store().home == tmp_path / "here"
    monkeypatch.delenv("FDE_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Store().home == tmp_path / "fde-env"


def test_a_corrupt_pack_is_said_to_be_corrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "run-abc.json.gz").write_bytes(gzip.compress(b"{}"))
    (tmp_path / "pack" / "run-def.json.gz").write_bytes(b"not gzip")
    monkeypatch.setattr(store_module, "files", lambda _: tmp_path)
    for key, words in (("abc", "no evidence of this version"), ("def", "is damaged")):
        with pytest.raises(StoreCorrupt, match=words):
            Store(tmp_path).evidence(key)


def test_replays_leave_the_store_as_it_was() -> None:
    before = files_in(STORE)
    play(make(trap="permute", detector="live"), "misreader")
    assert files_in(STORE) == before
