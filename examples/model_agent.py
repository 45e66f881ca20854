"""Seat a model, deliver one ticket, and see what was said and spent.

    python examples/model_agent.py "anthropic:MODEL?token_budget=500000"
    python examples/model_agent.py "openai:MODEL?base_url=http://127.0.0.1:8000/v1"
    python examples/model_agent.py "local:FOLDER?device=cpu"

Keys are read from the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, or the variable that
`key_env` names). Prices are yours to state: `price_input` and `price_output`, in dollars per
million tokens, then `dollar_budget` holds as well.
"""

from __future__ import annotations

import sys
from typing import Any

import gymnasium as gym

import fde_env  # noqa: F401  # registers FDE-v0
from fde_agents.seating import seated


def main(agent: str, **options: Any) -> tuple[float, list[dict[str, Any]]]:
    """Deliver one ticket with `agent`; returns the episode's return and its transcript."""
    env = gym.make("FDE-v0", seed=0, **options)
    policy: Any = seated(agent)
    observation, _ = env.reset(seed=0)
    reward, over = 0.0, False
    while not over:
        observation, reward, terminated, truncated, _ = env.step(policy.act(observation))
        over = terminated or truncated
    print(f"return {reward}; {policy.usage}")
    env.close()
    return float(reward), policy.transcript


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1], trap="permute")
