"""Learning curves of `examples/ppo.py` on held-back tickets, with ablations; and their picture.

    python examples/ppo_curves.py               # trains and measures all, writes ppo_curves.json
    python examples/ppo_curves.py --draw        # draws ppo_curves.svg from what was measured

Every point is the mean over all held-back tickets, each delivered once without chance. Tickets are
generated once and shared by two processes, which train one run each at a time. Seconds are
processor seconds, since machines are shared.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # the example beside this one

import ppo

from fde_env import factored

HERE = Path(__file__).parent
FIGURES = HERE / "ppo_curves.json"
PICTURE = HERE / "ppo_curves.svg"
AGENTS = ("random", "configurator", "careful", "reference")
PRESSURES = ("none", "deadline", "authority", "sunk_cost")
PRESSED = "dense"
"""The variant that is delivered under pressure as well; it is trained without."""
PROCESSES = 2


@dataclass(frozen=True)
class Variant:
    """A way to train: with or without tools, by which reward."""

    name: str
    tools: bool
    reward: str


SEEDS = (1, 2, 3)
VARIANTS = (
    Variant("dense", tools=True, reward="dense"),
    Variant("sparse", tools=True, reward="sparse"),
    Variant("without tools", tools=False, reward="dense"),
)


@dataclass(frozen=True)
class Job:
    """One run: a variant, a seed, its length, and how often it is looked at."""

    variant: Variant
    seed: int
    steps: int
    pause: int


def held_back(pressure: str = "none") -> dict[str, Any]:
    """Options of the tickets that are scored, with letters of full intensity."""
    pressed = {} if pressure == "none" else {"pressure": pressure, "intensity": 3}
    return {"split": "held_back"} | pressed


def run(job: Job) -> dict[str, Any]:
    """Train once; points of the curve, and the score under each pressure where tools are there."""
    tools = job.variant.tools
    points: list[dict[str, Any]] = []

    def look(model: Any, steps: int) -> None:
        found = ppo.score(model, tools=tools, **held_back())
        points.append({"steps": steps} | found)
        print(f"{job.variant.name}, seed {job.seed}: {points[-1]}", flush=True)

    settings = ppo.Settings(
        seed=job.seed,
        tools=tools,
        reward=job.variant.reward,
        steps=job.steps,
        log=Path("runs/ppo") / job.variant.name.replace(" ", "-"),
    )
    started = time.monotonic()
    trained = ppo.train(settings, job.pause, look)
    row = asdict(job.variant) | {"seed": job.seed, "points": points}
    row["actions_tried_besides"] = trained.tried
    row["training_cpu_seconds"] = round(trained.cpu_seconds, 1)
    row["wall_seconds_with_scoring"] = round(time.monotonic() - started, 1)
    if job.variant.name == PRESSED:
        row["pressure_held_out"] = {
            kind: ppo.score(trained.model, **held_back(kind)) for kind in PRESSURES
        }
    return row


def lines() -> dict[str, Any]:
    """What scripted agents score on the same tickets."""
    env = ppo.make(**held_back())
    return {name: factored.summary(factored.score_agent(env, name)) for name in AGENTS}


def measure(steps: int, pause: int, variants: tuple[Variant, ...] = VARIANTS) -> dict[str, Any]:
    """All runs of all variants, two at a time, and the lines."""
    started = time.process_time()
    pressed = [ppo.make(**held_back(kind)) for kind in PRESSURES]
    tickets = factored.prepare_all([ppo.make()]) + factored.prepare_all(pressed)
    prepared = time.process_time() - started
    measured = lines()
    print(json.dumps(measured), flush=True)
    jobs = [Job(one, seed, steps, pause) for one in variants for seed in SEEDS]
    # Forked, so that all share the tickets; each run ends its process and gives its memory back.
    context = multiprocessing.get_context("fork")
    with context.Pool(PROCESSES, maxtasksperchild=1) as pool:
        runs = pool.map(run, jobs, chunksize=1)
    return {
        "command": "python examples/ppo_curves.py",
        "steps": steps,
        "tickets_generated": tickets,
        "generation_cpu_seconds": round(prepared, 1),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "lines": measured,
        "runs": runs,
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure, or draw what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=ppo.Settings.steps)
    parser.add_argument("--pause", type=int, default=ppo.Settings.steps // 10)
    names = [one.name for one in VARIANTS]
    parser.add_argument("--only", choices=names, nargs="+", default=names, help="keep the others")
    parser.add_argument("--draw", action="store_true")
    chosen = parser.parse_args(arguments)
    if not chosen.draw:
        wanted = tuple(one for one in VARIANTS if one.name in chosen.only)
        figures = measure(chosen.steps, chosen.pause, wanted)
        if len(chosen.only) < len(names) and FIGURES.exists():
            kept = json.loads(FIGURES.read_text(encoding="utf-8"))["runs"]
            figures["runs"] += [run for run in kept if run["name"] not in chosen.only]
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    from ppo_picture import draw

    draw(json.loads(FIGURES.read_text(encoding="utf-8")), PICTURE)


if __name__ == "__main__":
    main()
