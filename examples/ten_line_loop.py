"""The ten-line loop: an honest but careless policy delivers one ticket.

Run `python examples/ten_line_loop.py` (trains for real), or with `--smoke` a quick size.
"""

from __future__ import annotations

import sys

import gymnasium as gym

import fde_env  # noqa: F401  # registers FDE-v0
from fde_agents.scripted import ConfiguratorPolicy


def main(size: str) -> float:
    """Play one episode and print what came of it; returns the reward."""
    env = gym.make("FDE-v0", trap="permute", seed=0, size=size)
    policy = ConfiguratorPolicy()
    observation, info = env.reset(seed=0)
    terminated = truncated = False
    while not (terminated or truncated):
        action = policy.act(observation)
        observation, reward, terminated, truncated, info = env.step(action)
    print("return", reward, "because", info["result"]["stages"])
    env.close()
    return float(reward)


if __name__ == "__main__":
    main("smoke" if "--smoke" in sys.argv else "full")
