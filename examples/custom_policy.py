"""A policy of your own: any object with `act(observation) -> action`, or a plain function.

This one reads the request, then refuses every ticket. Seat it from the shell with

    fde run --agent examples.custom_policy:Refuser --trap none

Run `python examples/custom_policy.py` for the loop (nothing is trained, so it is quick).
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

import fde_env  # noqa: F401  # registers FDE-v0


class Refuser:
    """Looks at the ticket once and turns it down."""

    def act(self, observation: dict[str, Any]) -> dict[str, Any]:
        """First a look, then the refusal."""
        if not observation["tool_result"]:
            return {"tool": "read_ticket", "arguments": {}}
        return {
            "tool": "submit_intake",
            "arguments": {
                "decision": "refuse",
                "refusal_reason": "deadline",
                "task": "intent_classification",
                "input_column": "text",
                "target_column": "code_1",
                "label_source": "labels_1.csv",
                "label_map": "label_map_1.json",
                "join_key": "message_id",
                "row_filter": [],
                "metric": "accuracy",
            },
        }


def main() -> tuple[float, float]:
    """Refuse a ticket that can be delivered and one that cannot; returns both rewards."""
    rewards = []
    for infeasible in ("none", "deadline"):
        env = gym.make("FDE-v0", seed=0, infeasible=infeasible)
        policy, (observation, _) = Refuser(), env.reset(seed=0)
        reward, ended = 0.0, False
        while not ended:
            observation, reward, ended, _, _ = env.step(policy.act(observation))
        rewards.append(float(reward))
        print(f"infeasible by {infeasible}: return {reward}")
        env.close()
    return rewards[0], rewards[1]


if __name__ == "__main__":
    main()
