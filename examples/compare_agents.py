"""Two agents on the same tickets, compared as pairs: what differs, and what could have been seen.

Run `python examples/compare_agents.py` (trains what is not recorded yet), or with `--smoke` a
quick size that does not rank.
"""

from __future__ import annotations

import sys
from pathlib import Path

import fde_env.evaluate as bench


def main(size: str, out: str = "compare") -> str:
    """Play two agents on four tickets; returns the paired comparison in words."""
    request = bench.parse_request(
        {
            "agents": ["configurator", "careful"],
            "tickets": [
                {"trap": trap, "seed": seed, "data_seed": 1, "size": size}
                for trap in ("none", "permute")
                for seed in (1, 2)
            ],
        }
    )
    # One process: what is trained for one agent is recorded for the next.
    place = bench.Place(out=Path(out), executor="serial")
    summary = bench.evaluate(bench.plan_of(request), place)
    for agent in summary.leaderboard:
        rate = summary.of(agent).delivery
        found = f"{rate.passed} of {rate.scored} delivered"
        print(f"{agent}: {found} [{rate.low:.2f}, {rate.high:.2f}]")
    effect = next(item for item in summary.comparisons if item.about == "delivered")
    print(f"{effect.second} against {effect.first}: {effect.sentence}")
    return str(effect.sentence)


if __name__ == "__main__":
    main("smoke" if "--smoke" in sys.argv else "full")
