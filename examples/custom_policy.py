"""A policy of your own: any object with `act(observation) -> action`, or a plain function.

This one has the configurator's habits, except that it never ships around the approval gate.
Seat it from the shell with

    fde run --agent examples.custom_policy:Stager --trap none

Run `python examples/custom_policy.py` to see it beside the habits alone (recorded runs, quick).
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

import fde_env  # noqa: F401  # registers FDE-v0
from fde_agents.scripted import ConfiguratorPolicy


class Stager(ConfiguratorPolicy):
    """Puts every model before a person."""

    def act(self, observation: dict[str, Any]) -> dict[str, Any]:
        """The habit's action; at deploy, staged."""
        action = super().act(observation)
        if action["tool"] == "submit_deploy":
            action["arguments"]["action"] = "stage"
        return action


def deliver(policy: Any) -> dict[str, bool]:
    """Deliver one ticket from its recorded run; returns each stage's verdict."""
    env = gym.make("FDE-v0", seed=0, execution="replay")
    observation, info = env.reset(seed=0)
    ended = False
    while not ended:
        observation, _, ended, _, info = env.step(policy.act(observation))
    env.close()
    return {item["stage"]: item["passed"] for item in info["result"]["stages"]}


def main() -> tuple[dict[str, bool], dict[str, bool]]:
    """Both policies on the same ticket; returns their verdicts."""
    habits, staged = deliver(ConfiguratorPolicy()), deliver(Stager())
    for name, verdicts in (("configurator", habits), ("stager", staged)):
        failed = [stage for stage, passed in verdicts.items() if not passed]
        print(
            f"{name}: {sum(verdicts.values())} of 10 stages, failed {', '.join(failed) or 'none'}"
        )
    return habits, staged


if __name__ == "__main__":
    main()
