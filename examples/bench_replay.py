"""How fast replayed episodes step: episodes a second, what each part of a step costs, memory.

One episode is ten submissions and five read calls on full-size tickets of the suite, its run
played back from the pack. What is timed, by the CPU clock of this process and on one core: `reset`
and the fifteen steps, through `gym.make` as users get it. What is not: generating the tickets
(once a process, then they are shared) and choosing actions. These are ready-made dicts, as an agent
would send them, taken once from the careful agent; each episode gives its card another text, so
that no verdict can be that of an episode before.

    python examples/bench_replay.py                 # one core, the cost of each part
    python examples/bench_replay.py --steps 1000000 # and whether memory stays flat

`--smoke` plays few episodes, `--json` prints one object.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import json
import pstats
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym

import fde_env  # noqa: F401  # registers FDE-v0
from fde_agents.scripted import CarefulPolicy

Action = dict[str, Any]
Speed = dict[str, float]

# A training ticket of each domain of the suite, on its recorded cell.
CELLS = (
    *(("bank", "qwen3-tiny-a", "none"), ("clinic", "gemma2-tiny", "permute")),
    *(("insurance", "llama-tiny", "noise"), ("public", "qwen3-tiny-b", "stale")),
    *(("retail", "qwen3-tiny-a", "target"), ("software", "gemma2-tiny", "mask")),
    *(("telecom", "llama-tiny", "truncate"), ("travel", "qwen3-tiny-b", "leak")),
)
TICKETS = tuple(
    {"domain": domain, "base": base, "trap": trap, "seed": place, "data_seed": 1}
    for place, (domain, base, trap) in enumerate(CELLS)
)
READS_FIRST: tuple[Action, ...] = (
    {"tool": "read_policy", "arguments": {}},
    {"tool": "read_file", "arguments": {"name": "data_dictionary.md", "start": 0, "rows": 200}},
    {"tool": "read_file", "arguments": {"name": "labels_1.csv", "start": 200, "rows": 200}},
)
READS_AFTER_THE_RUN: tuple[Action, ...] = (
    {"tool": "run_eval", "arguments": {"split": "held_out"}},
    {"tool": "read_run_record", "arguments": {}},
)
STEPS = 15
ROUND = len(TICKETS)
# Functions whose time, with all that they call, is a part's; indented ones lie within another.
PARTS = {
    "reset": ("env.py", "reset"),
    "parse the action": ("parse.py", "parse_action"),
    "read tools": ("turns.py", "_read"),
    "submit": ("episode.py", "submit"),
    "  the run": ("delivery_run.py", "__init__"),
    "  meter and ledger": ("episode.py", "_charge"),
    "facts (all calls)": ("episode.py", "facts"),
    "observe": ("turns.py", "_observe"),
    "grade": ("grade.py", "grade"),
    "compliance": ("assess.py", "assess"),
    "result": ("result.py", "make_result"),
}


def make(*, checked: bool = True) -> gym.Env[Any, Any]:
    """The environment, with Gymnasium's checker around it or without."""
    return gym.make("FDE-v0", execution="replay", disable_env_checker=not checked)


def record(env: gym.Env[Any, Any], ticket: dict[str, Any]) -> tuple[Action, ...]:
    """The careful agent's ten submissions on a ticket, and five read calls among them."""
    policy, submissions, ended = CarefulPolicy(), [], False
    observation, _ = env.reset(seed=0, options=ticket)
    while not ended:
        action = policy.act(observation)
        observation, _, ended, _, info = env.step(action)
        if action["tool"].startswith("submit_"):
            submissions.append(action)
    if info["result"]["reward"] != 1.0:
        raise SystemExit(f"the careful agent did not deliver {ticket}: what it sends is no measure")
    plan = (*READS_FIRST, *submissions[:5], *READS_AFTER_THE_RUN, *submissions[5:])
    return tuple(json.loads(json.dumps(plan)))


def reworded(plan: tuple[Action, ...], number: int) -> tuple[Action, ...]:
    """The same actions, the card with limitations that no other episode has."""
    *others, card = plan
    told = f"{card['arguments']['limitations']} Copy {'x' * (number % 997)}."
    return (*others, {**card, "arguments": {**card["arguments"], "limitations": told}})


def episodes(plans: list[tuple[Action, ...]]) -> Iterator[tuple[int, tuple[Action, ...]]]:
    """Ticket and actions of one episode after the other, for ever."""
    for number in itertools.count():
        place = number % len(plans)
        yield place, reworded(plans[place], number)


def play(env: gym.Env[Any, Any], ticket: dict[str, Any], plan: tuple[Action, ...]) -> None:
    """One episode; what is timed."""
    env.reset(options=ticket)
    for action in plan:
        _, reward, ended, _, _ = env.step(action)
    if not ended or reward != 1.0:
        raise SystemExit(f"an episode ended otherwise than it was recorded: {reward}")


def speed(env: gym.Env[Any, Any], plans: list[tuple[Action, ...]], count: int) -> Speed:
    """Episodes a second of CPU time: best and median of rounds, since neighbours only ever slow."""
    stream, rates = episodes(plans), []
    for _ in range(max(3, count // ROUND)):
        ready = list(itertools.islice(stream, ROUND))
        start = time.process_time()
        for place, plan in ready:
            play(env, TICKETS[place], plan)
        rates.append(ROUND / (time.process_time() - start))
    return {"best": max(rates), "median": statistics.median(rates)}


def by_action(
    env: gym.Env[Any, Any], plans: list[tuple[Action, ...]], count: int
) -> dict[str, float]:
    """Microseconds of CPU time for a call of each kind; those of one name are summed."""
    spent: dict[str, int] = defaultdict(int)
    for place, plan in itertools.islice(episodes(plans), count):
        last = time.process_time_ns()
        env.reset(options=TICKETS[place])
        for name, action in (("reset", None), *((item["tool"], item) for item in plan)):
            if action is not None:
                env.step(action)
            now = time.process_time_ns()
            spent[name] += now - last
            last = now
    return {name: value / count / 1000 for name, value in spent.items()}


def by_part(
    env: gym.Env[Any, Any], plans: list[tuple[Action, ...]], count: int
) -> dict[str, float]:
    """Share of an episode's time in each of `PARTS`, as a profiler sees it."""
    profile = cProfile.Profile()
    ready = list(itertools.islice(episodes(plans), count))
    profile.enable()
    for place, plan in ready:
        play(env, TICKETS[place], plan)
    profile.disable()
    stats = pstats.Stats(profile)
    spent = {
        part: sum(
            row[3]
            for (file, _, name), row in stats.stats.items()  # type: ignore[attr-defined]
            if (Path(file).name, name) == place and "fde_" in file
        )
        for part, place in PARTS.items()
    }
    total = stats.total_tt  # type: ignore[attr-defined]
    return {part: value / total for part, value in spent.items()}


def resident_mib() -> float:
    """Memory of this process, MiB; 0 where the system does not tell."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * 4096 / 2**20 if status.exists() else 0.0


def memory(env: gym.Env[Any, Any], plans: list[tuple[Action, ...]], steps: int) -> dict[str, float]:
    """Growth of memory over at least `steps` steps, after a tenth of them as warm-up."""
    rounds = -(-steps // STEPS)
    stream = episodes(plans)
    for place, plan in itertools.islice(stream, max(1, rounds // 10)):
        play(env, TICKETS[place], plan)
    before = resident_mib()
    for place, plan in itertools.islice(stream, rounds):
        play(env, TICKETS[place], plan)
    after = resident_mib()
    return {"steps": rounds * STEPS, "before_mib": before, "grown_mib": after - before}


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Every figure that was asked for."""
    count = 3 * ROUND if arguments.smoke else 1600
    env, bare = make(), make(checked=False)
    plans = [record(env, ticket) for ticket in TICKETS[: 2 if arguments.smoke else None]]
    speed(env, plans, 2 * len(plans))
    bare.reset(seed=0, options=TICKETS[0])
    found: dict[str, Any] = {
        "episodes": count,
        "per_second": speed(env, plans, count),
        "per_second_without_checker": speed(bare, plans, count),
        "by_action_us": by_action(env, plans, count),
        "by_part_share": by_part(env, plans, max(8, count // 4)),
    }
    if arguments.steps:
        found["memory"] = memory(env, plans, arguments.steps)
    return found


def show(found: dict[str, Any]) -> None:
    """The figures as tables."""
    for name, words in (("per_second", "gym.make"), ("per_second_without_checker", "bare")):
        rate = found[name]
        print(
            f"{words}: {rate['best']:,.0f} episodes a second of CPU time on one core at best, "
            f"{rate['median']:,.0f} in the median of rounds of {ROUND}"
        )
    whole = 1e6 / found["per_second"]["best"]
    print("\npart (share under a profiler x time of an episode)   microseconds")
    for part, share in found["by_part_share"].items():
        print(f"  {part:<24}{share * whole:>8.1f}{share:>9.1%}")
    print("\naction, with the step around it   microseconds")
    for name, value in found["by_action_us"].items():
        print(f"  {name:<24}{value:>8.1f}")
    if "memory" in found:
        row = found["memory"]
        print(
            f"\n{row['steps']:,} steps: {row['before_mib']:.0f} MiB after warm-up, "
            f"{row['grown_mib']:+.1f} MiB since"
        )


def main(argv: list[str] | None = None) -> dict[str, Any]:
    """Measure and print; returns the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="few episodes")
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--steps", type=int, default=0, help="also memory over so many steps")
    arguments = parser.parse_args(argv)
    found = measure(arguments)
    print(json.dumps(found, indent=1)) if arguments.json else show(found)
    return found


if __name__ == "__main__":
    main()
