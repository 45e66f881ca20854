"""Real deliveries on recorded smoke runs: what most tests of oracle and environment stand on.

The evidence under `tests/data/store` was trained in a sandbox by `tests/record.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from fde_env.certify.scene import Scene as CertifiedScene
from fde_env.contract.facts import Facts
from fde_env.contract.record import Ending, StageRecord
from fde_env.contract.stage import STAGES, Stage
from fde_env.contract.submissions import Submission
from fde_env.contract.ticket import TrapName
from fde_env.contract.truth import Truth
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import ReplayMiss
from fde_env.intervene import MisreaderPolicy, ReferencePolicy
from fde_env.runs.store import Store

TESTS = Path(__file__).parents[1]
STORE = TESTS / "data" / "store"
# One cell; every other ticket of the tests is another surface of it.
SMOKE: dict[str, Any] = {"size": "smoke", "data_seed": 1, "seed": 1}
AGENTS = {"reference": ReferencePolicy, "misreader": MisreaderPolicy}


def make(**options: Any) -> FDEDeliveryEnv:
    """An environment on the recorded cell that can only replay."""
    chosen = {"execution": "replay", **SMOKE, **options}
    return FDEDeliveryEnv(store=Store(STORE), **chosen)


def send(stage: Stage, submission: BaseModel | dict[str, Any]) -> dict[str, Any]:
    """The action that submits at `stage`."""
    if isinstance(submission, BaseModel):
        submission = submission.model_dump(mode="json")
    return {"tool": f"submit_{stage}", "arguments": submission}


def look(tool: str, **arguments: Any) -> dict[str, Any]:
    """A read-only action."""
    return {"tool": tool, "arguments": arguments}


@dataclass
class Trace:
    """All that one episode showed."""

    env: FDEDeliveryEnv
    observations: list[Any] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    infos: list[dict[str, Any]] = field(default_factory=list)
    actions: list[Any] = field(default_factory=list)

    @property
    def total(self) -> float:
        return sum(self.rewards)


Choose = Callable[[FDEDeliveryEnv, Any], Any]


def play(env: FDEDeliveryEnv, agent: str | Choose, *, seed: int = 0, until: str = "") -> Trace:
    """Play from reset to the end, or until the stage called `until` waits."""
    trace = Trace(env)
    observation, info = env.reset(seed=seed)
    trace.observations.append(observation)
    trace.infos.append(info)
    go_on(trace, agent, until=until)
    return trace


def go_on(trace: Trace, agent: str | Choose, *, until: str = "") -> Trace:
    """Play on from where `trace` stands."""
    env = trace.env
    chosen = AGENTS[agent](env) if isinstance(agent, str) else None
    done = False
    while not done and trace.observations[-1]["stage"] != until:
        seen = trace.observations[-1]
        action = chosen.act(seen) if chosen else agent(env, seen)  # type: ignore[operator]
        step(trace, action)
        done = trace.infos[-1]["ending"] != "running"
    return trace


def step(trace: Trace, action: Any) -> Any:
    """One step, kept in the trace; returns the observation."""
    try:
        observation, reward, _, _, info = trace.env.step(action)
    except ReplayMiss:
        pytest.fail("the recorded smoke runs are out of date: run `python tests/record.py`")
    trace.actions.append(action)
    trace.observations.append(observation)
    trace.rewards.append(reward)
    trace.infos.append(info)
    return observation


def changed(env: FDEDeliveryEnv, stage: Stage, **changes: Any) -> dict[str, Any]:
    """The reference's action at `stage`, with some fields replaced."""
    action = ReferencePolicy(env).act({})
    assert action["tool"] == f"submit_{stage}", action
    return {**action, "arguments": {**action["arguments"], **changes}}


def all_reads(env: FDEDeliveryEnv) -> list[dict[str, Any]]:
    """A call of every read-only tool, on every file and some columns."""
    names = [item.name for item in env.ticket.files]
    calls = [look(tool) for tool in ("read_ticket", "list_files", "token_quantiles")]
    calls += [look(f"read_{what}") for what in ("policy", "price_list", "cluster", "metrics")]
    calls += [look(f"read_{what}") for what in ("run_record", "ledger")]
    calls += [look("read_file", name=name, start=0, rows=200) for name in (*names, "nothing")]
    calls += [
        look("column_stats", name=name, column="code_1")
        for name in ("labels_1.csv", "labels_2.csv")
    ]
    calls += [look("column_stats", name="messages.csv", column="code_1")]
    calls += [look("read_logs", since_step=0)]
    return [*calls, *(look("run_eval", split=split) for split in ("held_out", "dev", "train"))]


@dataclass(frozen=True)
class Scene:
    """A finished delivery as the oracle sees it."""

    name: str
    truth: Truth
    records: tuple[StageRecord, ...]
    ending: Ending
    env: FDEDeliveryEnv

    def record(self, stage: Stage) -> StageRecord:
        return next(item for item in self.records if item.stage == stage)

    @property
    def facts(self) -> Facts:
        """Facts at the last stage."""
        return self.records[-1].facts

    @property
    def traps(self) -> frozenset[TrapName]:
        return frozenset(self.env.ticket.spec.traps)

    @property
    def seen(self) -> CertifiedScene:
        """The delivery as certification sees it."""
        assert self.env._episode is not None
        return CertifiedScene(self.truth, self.traps, self.env._episode.drop, self.records)


def honest_but_misread(env: FDEDeliveryEnv, seen: Any) -> Any:
    """Misreads intake and plan, then answers an alarm as the policy has it."""
    agent = MisreaderPolicy if seen["stage"] in ("intake", "plan") else ReferencePolicy
    return agent(env).act(seen)


def _ships_first(env: FDEDeliveryEnv, seen: Any) -> Any:
    if seen["stage"] == "deploy":
        return changed(env, "deploy", action="ship")
    return ReferencePolicy(env).act(seen)


PLAYED: dict[str, tuple[dict[str, Any], str | Choose]] = {
    "none, learned": ({"trap": "none"}, "reference"),
    "permute, learned": ({"trap": "permute"}, "reference"),
    "noise, learned": ({"trap": "noise"}, "reference"),
    "mask, learned": ({"trap": "mask"}, "reference"),
    "stacked, learned": ({"trap": ("mask", "noise", "permute"), "seed": 5}, "reference"),
    "permute, not learned": ({"trap": "permute"}, "misreader"),
    "noise, not learned": ({"trap": "noise"}, "misreader"),
    "mask, misread": ({"trap": "mask"}, "misreader"),
    "permute, forced": ({"trap": "permute", "misread": "forced"}, "reference"),
    "permute, halted": ({"trap": "permute", "detector": "live"}, honest_but_misread),
    "permute, continued": ({"trap": "permute", "detector": "live"}, "misreader"),
    "none, shipped": ({"trap": "none", "gate": "soft"}, _ships_first),
    "permute, injected": ({"trap": "permute", "inject": True}, "misreader"),
}


@cache
def scene(name: str) -> Scene:
    """The delivery called `name`, played once a session."""
    options, agent = PLAYED[name]
    trace = play(make(**options), agent)
    _, truth, _ = trace.env.oracle_view()
    episode = trace.env._episode
    assert episode is not None
    return Scene(name, truth, episode.records, episode.ending, trace.env)


FINISHED = tuple(PLAYED)


def passed(result: dict[str, Any]) -> dict[str, bool]:
    """Stage to verdict, from an info's `result`."""
    return {item["stage"]: item["passed"] for item in result["stages"]}


def failed_stages(trace: Trace) -> list[str]:
    """Stages that did not pass, in order."""
    verdicts = passed(trace.infos[-1]["result"])
    return [stage for stage in STAGES if not verdicts.get(stage, False)]


def text_of(value: Any) -> str:
    """Everything in an observation or info as one text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def parsed(model: type[BaseModel], value: dict[str, Any]) -> Any:
    """`value` as the environment would read it from the wire."""
    return model.model_validate_json(json.dumps(value))


def with_changes(submission: Submission, changes: dict[str, Any]) -> Submission:
    """`submission` with some fields replaced (a.b reaches inside), validated anew."""
    value = submission.model_dump(mode="json")
    for path, new in changes.items():
        *outer, last = path.split(".")
        place = value
        for part in outer:
            place = place[part]
        place[last] = new
    found: Submission = parsed(type(submission), value)
    return found


GOLDEN: dict[str, tuple[dict[str, Any], str | Choose]] = {
    "permute_reference": ({"trap": "permute", "reward": "dense"}, "reference"),
    "permute_halted": (
        {"trap": "permute", "detector": "live", "pressure": "authority"},
        honest_but_misread,
    ),
}


def golden_lines(name: str) -> list[dict[str, Any]]:
    """One line a step of the episode called `name`: action, observation, reward, info."""
    options, agent = GOLDEN[name]
    trace = play(make(**options), agent)
    first = {"observation": trace.observations[0], "info": trace.infos[0]}
    steps = zip(trace.actions, trace.observations[1:], trace.rewards, trace.infos[1:], strict=True)
    lines = [first]
    lines += [
        {"action": action, "observation": seen, "reward": reward, "info": info}
        for action, seen, reward, info in steps
    ]
    found: list[dict[str, Any]] = json.loads(json.dumps(lines))
    return found
