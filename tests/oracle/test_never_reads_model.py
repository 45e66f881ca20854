"""The oracle never reads the model: deleting or swapping the weights changes no verdict."""

from __future__ import annotations

import shutil
from pathlib import Path

from delivery_kit import SMOKE, STORE, play

from fde_env.env import FDEDeliveryEnv
from fde_env.runs.store import Store
from fde_oracle.grade import grade

WEIGHTS = "adapter_model.safetensors"


def outcome(home: Path) -> tuple[object, ...]:
    found: list[object] = []
    for trap, agent in (("none", "reference"), ("permute", "misreader")):
        env = FDEDeliveryEnv(store=Store(home), execution="replay", trap=trap, **SMOKE)
        trace = play(env, agent)
        found += [trace.infos[-1]["result"], trace.rewards, trace.observations]
    return tuple(found)


def test_verdicts_are_the_same_with_other_weights_and_with_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(STORE, home)
    folders = [folder / "adapter" for folder in (home / "runs").iterdir()]
    for folder in folders:
        folder.mkdir(exist_ok=True)
        (folder / WEIGHTS).write_bytes(b"weights of " + folder.parent.name.encode())
    kept = outcome(home)
    for folder, other in zip(folders, reversed(folders), strict=True):
        (folder / WEIGHTS).write_bytes(b"swapped with " + other.parent.name.encode())
    assert outcome(home) == kept
    for folder in folders:
        shutil.rmtree(folder)
    assert outcome(home) == kept


def test_verdicts_can_be_given_after_the_store_is_gone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(STORE, home)
    env = FDEDeliveryEnv(store=Store(home), execution="replay", trap="permute", **SMOKE)
    trace = play(env, "misreader")
    shutil.rmtree(home)
    _, truth, _ = env.oracle_view()
    assert env._episode is not None
    again = [(v.stage, v.passed, v.reason) for v in grade(truth, env._episode.records)]
    first = [(v["stage"], v["passed"], v["reason"]) for v in trace.infos[-1]["result"]["stages"]]
    assert again == first
