"""How `gym.make_vec` scales over cores: replayed episodes a second of wall time.

What is played is that of `bench_replay.py`. Four ways take turns, so that a machine that is slower
for a while is slower for all:

- bare: one environment, stepped by hand;
- one process: `make_vec` without another process;
- `make_vec` over several processes;
- apart: as many processes with as many environments among them, which have nothing to wait for.
  More than this the machine does not give: virtual cores may share a real one.

    python examples/bench_vector.py                                   # 32 environments, 2 processes
    python examples/bench_vector.py --environments 128 --processes 4 --rounds 50
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from operator import truediv
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # the example beside this one

import gymnasium as gym
from bench_replay import ROUND, TICKETS, Action, make, play, record, reworded

Plans = list[tuple[Action, ...]]
Round = Callable[[int], float]
"""Plays a round of that number; seconds that it took, without the making of actions."""


def own(plan: tuple[Action, ...], environments: int, number: int) -> list[tuple[Action, ...]]:
    """Actions by step, for each environment a copy of its own, its card's text like no other's."""
    copies = (reworded(plan, number * environments + place) for place in range(environments))
    return list(zip(*(json.loads(json.dumps(copy)) for copy in copies), strict=True))


def stepped_by_hand(plans: Plans, environments: int) -> Round:
    """A bare environment, each plan as often as there are environments."""
    env = make(checked=False)

    def play_round(number: int) -> float:
        first = number * environments
        ready = [[reworded(plan, first + place) for place in range(environments)] for plan in plans]
        start = time.perf_counter()
        for ticket, copies in zip(TICKETS, ready, strict=False):
            for copy in copies:
                play(env, ticket, copy)
        return time.perf_counter() - start

    return play_round


def vectorised(plans: Plans, environments: int, envs: Any) -> Round:
    """Each plan once in every environment of `envs`."""

    def play_round(number: int) -> float:
        ready = [own(plan, environments, number) for plan in plans]
        start = time.perf_counter()
        for ticket, moments in zip(TICKETS, ready, strict=False):
            envs.reset(options=ticket)
            for actions in moments:
                _, rewards, *_ = envs.step(actions)
            if not (rewards == 1.0).all():
                raise SystemExit("an episode ended otherwise than it was recorded")
        return time.perf_counter() - start

    return play_round


def _work(plans: Plans, environments: int, pipe: Connection) -> None:
    play_round = vectorised(plans, environments, made(environments, 1))
    with contextlib.suppress(EOFError):
        while True:
            pipe.send(play_round(pipe.recv()))


@contextlib.contextmanager
def apart(plans: Plans, environments: int, processes: int) -> Iterator[Round]:
    """Processes that play a share of the environments each at the same time; the mean of them."""
    pipes, running = [], []
    for _ in range(processes):
        ours, theirs = multiprocessing.Pipe()
        share = environments // processes
        work = multiprocessing.Process(target=_work, args=(plans, share, theirs), daemon=True)
        work.start()
        theirs.close()
        pipes.append(ours)
        running.append(work)

    def play_round(number: int) -> float:
        for pipe in pipes:
            pipe.send(number)
        return statistics.fmean([pipe.recv() for pipe in pipes])

    try:
        yield play_round
    finally:
        for work in running:
            work.terminate()
            work.join()


def made(environments: int, processes: int) -> Any:
    """`gym.make_vec` over so many processes."""
    return gym.make_vec("FDE-v0", num_envs=environments, processes=processes, execution="replay")


def measure(environments: int, processes: int, rounds: int, tickets: int = ROUND) -> dict[str, Any]:
    """Speed of each way by rounds that take turns, and their ratios to one process."""
    env = make()
    plans = [record(env, ticket) for ticket in TICKETS[:tickets]]
    one, several = made(environments, 1), made(environments, processes)
    with apart(plans, environments, processes) as separately:
        ways = {
            "bare": stepped_by_hand(plans, environments),
            "one process": vectorised(plans, environments, one),
            f"{processes} processes": vectorised(plans, environments, several),
            f"{processes} apart": separately,
        }
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name, play_round in ways.items():
                rate = len(plans) * environments / play_round(number)
                rates[name] += [rate] if number else []  # the first is to get warm
    one.close()
    several.close()
    return {
        "environments": environments,
        "rounds": rounds,
        "ways": {
            name: {
                "best": max(found),
                "median": statistics.median(found),
                "ratio": statistics.median(map(truediv, found, rates["one process"])),
            }
            for name, found in rates.items()
        },
    }


def main(argv: list[str] | None = None) -> dict[str, Any]:
    """Measure and print; returns the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--environments", type=int, default=32)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20, help="each plays every ticket in each")
    parser.add_argument("--smoke", action="store_true", help="one ticket, three rounds")
    chosen = parser.parse_args(argv)
    rounds, tickets = (3, 1) if chosen.smoke else (chosen.rounds, ROUND)
    found = measure(chosen.environments, chosen.processes, rounds, tickets)
    print(f"{chosen.environments} environments, episodes a second of wall time; {rounds} rounds")
    print(f"{'':<16}{'best':>8}{'median':>8}   to one process, round by round")
    for name, row in found["ways"].items():
        print(f"{name:<16}{row['best']:>8,.0f}{row['median']:>8,.0f}   x {row['ratio']:.2f}")
    return found


if __name__ == "__main__":
    main()
