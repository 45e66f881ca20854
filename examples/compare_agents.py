"""Two agents on the same tickets, compared as pairs: what differs, and what could have been seen.

Run `python examples/compare_agents.py`: 22 tickets of the suite from their recorded runs, or with
`--smoke` four of them, which are too few to decide anything.
"""

from __future__ import annotations

import sys
from pathlib import Path

import fde_env.evaluate as bench


def main(tickets: int, out: str = "compare") -> str:
    """Play two agents on the suite's first tickets; returns the paired comparison in words."""
    request = bench.parse_request(
        {
            "agents": ["configurator", "careful"],
            "suite": "train",
            "limit": tickets,
            "options": {"execution": "replay"},
        }
    )
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
    main(4 if "--smoke" in sys.argv else 22)
