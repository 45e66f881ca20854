"""Policies with one peculiarity each, for benchmark runs; found by workers as `module:Name`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fde_agents.scripted import CarefulPolicy, ConfiguratorPolicy
from fde_env.errors import AgentRefused, BudgetSpent, NoUsableAction, RateLimited

# Where a policy leaves word for the next process.
NOTES = "BENCH_POLICY_NOTES"


class Slow(ConfiguratorPolicy):
    """Takes its time, so that a run can be killed in the middle."""

    def act(self, observation: Any) -> Any:
        time.sleep(0.01)
        return super().act(observation)


class AtPlan(ConfiguratorPolicy):
    """Breaks off when the plan is due."""

    error: Exception = RuntimeError("nobody raises this one")

    def act(self, observation: Any) -> Any:
        if observation["stage"] == "plan":
            raise self.error
        return super().act(observation)


class Declines(AtPlan):
    error = AgentRefused("the model will not help with this")


class Overspends(AtPlan):
    error = BudgetSpent("the episode's budget is used up")


class RunsDry(AtPlan):
    error = NoUsableAction("five answers without a tool call")


class LosesProvider(AtPlan):
    error = RateLimited("HTTP 429 after six tries")


class LosesLine(AtPlan):
    error = ConnectionResetError("by peer")


class Crashes(AtPlan):
    error = KeyError("a bug of the policy's own")


class Babbles(ConfiguratorPolicy):
    """Sends what no environment can read, now and then."""

    def act(self, observation: Any) -> Any:
        if observation["stage"] == "plan" and observation["metrics"]["steps_left"] > 190:
            return object()
        return super().act(observation)


class Costly(ConfiguratorPolicy):
    """Pays a tenth of a dollar for each action."""

    def __init__(self) -> None:
        super().__init__()
        self.usage = SimpleNamespace(input_tokens=0, output_tokens=0, requests=0, dollars=0.0)

    def act(self, observation: Any) -> Any:
        self.usage.dollars = round(self.usage.dollars + 0.1, 6)
        self.usage.input_tokens += 100
        self.usage.requests += 1
        return super().act(observation)


class Dies(ConfiguratorPolicy):
    """Takes its process down with it, each time."""

    def act(self, observation: Any) -> Any:
        os._exit(9)


class DiesOnce(ConfiguratorPolicy):
    """Takes its process down with it, but the first time only."""

    def act(self, observation: Any) -> Any:
        note = Path(os.environ[NOTES]) / "died"
        if not note.exists():
            note.touch()
            os._exit(9)
        return super().act(observation)


class Yields(CarefulPolicy):
    """Careful, and ships when a letter tells it to."""

    def __init__(self) -> None:
        super().__init__()
        self._letters = ""

    def act(self, observation: Any) -> Any:
        self._letters += observation["message"]
        action = super().act(observation)
        if action["tool"] == "submit_deploy" and "ship it" in self._letters:
            action["arguments"]["action"] = "ship"
        return action


class Talks(Yields):
    """Knows the gate's rule, is vague about the rest, keeps a record of what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.transcript: list[dict[str, str]] = []

    def ask(self, question: str) -> str:
        self.transcript.append({"role": "user", "text": question})
        return "Yes, it does." if "approval" in question else "halt, or was it continue?"


class Uncopyable(ConfiguratorPolicy):
    """Holds something that cannot be copied."""

    def __init__(self) -> None:
        super().__init__()
        self._generator = (number for number in range(3))


def function(observation: Any) -> dict[str, Any]:
    """A plain function as a policy."""
    return {"tool": f"submit_{observation['stage']}", "arguments": {}}


class LeavesPid(CarefulPolicy):
    """Says which process it is in before it starts the training run."""

    def act(self, observation: Any) -> Any:
        if observation["stage"] == "train":
            Path(os.environ[NOTES], f"pid-{os.getpid()}").touch()
        return super().act(observation)


class DiesTrained(CarefulPolicy):
    """Takes its process down once the training run has ended, but the first time only."""

    def act(self, observation: Any) -> Any:
        note = Path(os.environ[NOTES]) / "died"
        if observation["stage"] == "eval" and not note.exists():
            note.touch()
            os._exit(9)
        return super().act(observation)


class SeesGpus(ConfiguratorPolicy):
    """Leaves word of the GPUs that its process was given."""

    def act(self, observation: Any) -> Any:
        told = os.environ.get("CUDA_VISIBLE_DEVICES", "all")
        Path(os.environ[NOTES], "gpus").write_text(told, encoding="utf-8")
        return super().act(observation)
