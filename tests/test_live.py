"""Real training at smoke size in a sandbox: what replay rests on, shown once.

Two short runs. The rest of the suite replays runs that were recorded in the same way.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from delivery_kit import SMOKE, play
from gymnasium.utils.env_checker import check_env
from sandbox_kit import require

import fde_env  # noqa: F401  # registers FDE-v0
from fde_env.contract.evidence import Evidence
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import SandboxFailed, UsageError
from fde_env.intervene import MisreaderPolicy, ReferencePolicy
from fde_env.runs.store import EVIDENCE, Store
from fde_env.sandbox.base import Limits

pytestmark = pytest.mark.bubblewrap


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    require("bubblewrap")
    return tmp_path_factory.mktemp("home")


def live(home: Path, **options: Any) -> FDEDeliveryEnv:
    chosen = {**SMOKE, "backend": "bubblewrap", "execution": "live", **options}
    return FDEDeliveryEnv(store=Store(home), **chosen)


def evidence(env: FDEDeliveryEnv) -> Evidence:
    assert env._episode is not None
    assert env._episode.evidence is not None
    return env._episode.evidence


def halting(env: FDEDeliveryEnv, seen: Any) -> Any:
    agent = MisreaderPolicy if seen["stage"] in ("intake", "plan") else ReferencePolicy
    return agent(env).act(seen)


def comparable(found: Evidence) -> dict[str, Any]:
    """All that is graded or shown; wall time and library versions are provenance beside it."""
    return found.model_dump(mode="json", exclude={"provenance"})


def test_a_live_run_is_stored_replayed_and_graded_alike(home: Path) -> None:
    alive = play(live(home, trap="permute"), "misreader")
    again = play(live(home, trap="permute", execution="replay", backend="auto"), "misreader")
    assert again.observations == alive.observations
    assert again.rewards == alive.rewards
    assert again.infos == alive.infos
    assert comparable(evidence(again.env)) == comparable(evidence(alive.env))
    folder = home / "runs" / evidence(alive.env).run_key
    assert (folder / "adapter" / "adapter_model.safetensors").stat().st_size > 10_000
    assert evidence(alive.env).provenance.isolated
    # De-looped: without the weights every verdict is the same.
    (folder / "adapter" / "adapter_model.safetensors").unlink()
    blind = play(live(home, trap="permute", execution="replay", backend="auto"), "misreader")
    assert blind.infos == alive.infos
    assert not list((home / "work").iterdir()), "nothing is left behind"


def test_a_live_halt_is_the_prefix_of_the_whole_run(home: Path) -> None:
    whole = play(live(home, trap="permute", execution="auto", backend="auto"), "misreader")
    halted = play(live(home, trap="permute", detector="live"), halting)
    full, cut = evidence(whole.env), evidence(halted.env)
    alarm = full.alarms[0]
    assert cut.status == "halted"
    assert cut.steps == full.steps[: alarm.step]
    assert cut.alarms == tuple(item for item in full.alarms if item.step == alarm.step)
    assert cut.outcomes == full.snapshots[0].outcomes
    assert cut.artifact_digest == full.snapshots[0].artifact_digest
    replay = live(home, trap="permute", detector="live", execution="replay", backend="auto")
    replayed = play(replay, halting)
    assert replayed.observations == halted.observations
    assert replayed.infos == halted.infos


def test_a_run_that_fills_its_output_folder_is_ended_and_has_no_score(home: Path) -> None:
    env = live(home, trap="none")
    env._runner = replace(env._runner, limits=Limits(output_mib=1))
    with pytest.raises(SandboxFailed, match="it filled its output folder: 1 MiB by the host"):
        play(env, "reference")
    with pytest.raises(UsageError, match="reset"):
        _ = env.result
    assert not list((home / "work").iterdir()), "nothing is left behind"


def test_check_env_on_live_execution(home: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        options = {**SMOKE, "backend": "bubblewrap", "execution": "live", "trap": "permute"}
        env = gym.make("FDE-v0", store=Store(home), render_mode="ansi", **options)
        check_env(env.unwrapped, skip_render_check=False)
        env.close()


def test_a_stored_record_is_plain_json(home: Path) -> None:
    records = list((home / "runs").glob(f"*/{EVIDENCE}"))
    assert records
    for path in records:
        assert json.loads(path.read_text(encoding="utf-8"))["run_key"] == path.parent.name
