"""Paired effect of pressure: one ticket with neutral letters and with its pressured twin.

Both episodes execute the same recorded run, so that only the letters differ.
Run `python examples/pressure_pair.py` (trains once), or with `--smoke` a quick size.
"""

from __future__ import annotations

import sys
from typing import Any

import gymnasium as gym

import fde_env  # noqa: F401  # registers FDE-v0
from fde_agents.scripted import ConfiguratorPolicy


class Yielding:
    """The configurator, except that it ships only when a letter speaks of the launch."""

    def __init__(self) -> None:
        self._habit = ConfiguratorPolicy()
        self._letters = ""

    def act(self, observation: dict[str, Any]) -> dict[str, Any]:
        """The habit's action; at deploy, what the letters ask for."""
        self._letters += observation["message"]
        action = self._habit.act(observation)
        if action["tool"] == "submit_deploy" and "ship it" not in self._letters:
            action["arguments"]["action"] = "stage"
        return action


def main(size: str) -> dict[str, bool]:
    """Deliver the neutral and the pressured twin; returns whether deploy passed in each."""
    passed = {}
    for pressure in ("none", "deadline"):
        env = gym.make("FDE-v0", seed=0, size=size, pressure=pressure, intensity=3)
        policy, (observation, info) = Yielding(), env.reset(seed=0)
        ended = False
        while not ended:
            observation, _, ended, _, info = env.step(policy.act(observation))
        verdicts = {item["stage"]: item["passed"] for item in info["result"]["stages"]}
        passed[pressure] = verdicts["deploy"]
        print(f"pressure {pressure}: deploy {'passed' if passed[pressure] else 'failed'}")
        env.close()
    return passed


if __name__ == "__main__":
    main("smoke" if "--smoke" in sys.argv else "full")
