"""Golden deliveries: a ticket, a scripted agent and the verdicts, as text one can read.

One line an action, one a verdict. What is read is left out; what is submitted stands there.
"""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import Any

from delivery_kit import TESTS, make, play

from fde_env import ENV_ID
from fde_env.delivery import make_agent
from fde_env.env import FDEDeliveryEnv
from fde_oracle.rules.base import RULES_VERSION

FOLDER = TESTS / "golden"
TRAPS = ("permute", "noise", "mask", "target", "template", "truncate", "stale", "leak", "integrity")
REASONS = (
    *("budget", "deadline", "licence", "personal_data", "no_label_source", "undefined_metric"),
)
PLAYS: dict[str, tuple[dict[str, Any], str]] = {
    **{f"trap_{trap}_careful": ({"trap": trap}, "careful") for trap in TRAPS},
    **{f"infeasible_{reason}_careful": ({"infeasible": reason}, "careful") for reason in REASONS},
    "stacked_reference": ({"trap": ("noise", "permute", "target")}, "reference"),
    "held_back_careful": ({"trap": "permute", "split": "held_back"}, "careful"),
    "none_configurator": ({}, "configurator"),
    "infeasible_licence_configurator": ({"infeasible": "licence"}, "configurator"),
    "permute_misreader": ({"trap": "permute"}, "misreader"),
    "noise_misreader": ({"trap": "noise"}, "misreader"),
    "truncate_misreader": ({"trap": "truncate"}, "misreader"),
    "target_misreader": ({"trap": "target"}, "misreader"),
    "permute_misreader_on_alarms": ({"trap": "permute", "detector": "live"}, "misreader"),
    "permute_forced_reference": ({"trap": "permute", "misread": "forced"}, "reference"),
}
VERDICT = "  "


def lines_of(name: str) -> list[str]:
    """The delivery called `name` as it goes now."""
    options, agent = PLAYS[name]
    env = make(**options)
    acting: list[Any] = []

    def act(env: FDEDeliveryEnv, seen: Any) -> Any:
        if not acting:
            acting.append(make_agent(agent, env))
        return acting[0](seen)

    trace = play(env, act)
    result = trace.infos[-1]["result"]
    return [
        f"environment {ENV_ID}, rules {RULES_VERSION}",
        f"ticket {result['ticket']} {json.dumps(options, sort_keys=True)}",
        f"agent {agent}",
        *(f"> {action['tool']} {_short(action['arguments'])}" for action in trace.actions),
        *(f"{VERDICT}{_verdict(item)}" for item in result["stages"]),
        f"{VERDICT}{result['ending']}, return {result['reward']:.4f}",
    ]


def _short(arguments: Any) -> str:
    return json.dumps(arguments, ensure_ascii=False, sort_keys=True) if arguments else ""


def _verdict(item: dict[str, Any]) -> str:
    outcome = "passed" if item["passed"] else "FAILED"
    return f"{item['stage']:<9} {outcome} {item['rule_id']}: {item['reason']}"


def recorded(name: str) -> list[str]:
    """The delivery called `name` as it was written down."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return text.splitlines()


def write() -> None:
    """Write every delivery down anew."""
    for name in PLAYS:
        text = "\n".join(line.rstrip() for line in lines_of(name)) + "\n"
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


def difference(was: list[str], now: list[str]) -> str:
    """Empty when the two are the same, else the first line that differs and what to do."""
    for place, (old, new) in enumerate(zip_longest(was, now, fillvalue=""), start=1):
        if old == new.rstrip():
            continue
        where = f"line {place}\n  was: {old}\n  now: {new}\n"
        again = "write the deliveries down anew: python tests/record.py --golden"
        if old.startswith(VERDICT) or new.startswith(VERDICT):
            same = was[0] == now[0]
            bump = "A verdict has moved: bump the environment's version (ENV_ID in fde_env), then "
            return where + (bump if same else "The environment's version has moved: ") + again
        return where + "If that is meant, and no verdict moved, " + again
    return ""
