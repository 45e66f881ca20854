"""Deliver a ticket over the network, with OpenEnv's client.

    python -m fde_env.bridges.openenv --port 8000      # in another terminal
    python examples/openenv_client.py http://127.0.0.1:8000

The client needs nothing of this project but a policy; here it is the careful agent.
"""

from __future__ import annotations

import argparse

from openenv.core import GenericEnvClient

from fde_agents.scripted import CarefulPolicy


def deliver(url: str, index: int = 1) -> float:
    """Deliver the training split's ticket `index`; returns the return."""
    policy = CarefulPolicy()
    with GenericEnvClient(base_url=url).sync() as client:
        result = client.reset(split="train", index=index)
        while not result.done:
            result = client.step(policy.act(result.observation))
    verdicts = {item["stage"]: item["passed"] for item in result.metadata["result"]["stages"]}
    print(f"return {result.reward}; {verdicts}")
    return float(result.reward or 0.0)


def main(arguments: list[str] | None = None) -> None:
    """Deliver one ticket at the server of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--index", type=int, default=1, help="of the ticket in the training split")
    chosen = parser.parse_args(arguments)
    try:
        deliver(chosen.url, chosen.index)
    except ConnectionError as error:
        raise SystemExit(f"{error}\nIs a server there? See the first lines of this file.") from None


if __name__ == "__main__":
    main()
