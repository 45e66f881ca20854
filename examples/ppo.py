"""PPO learns to deliver: from the configurator's habits to tickets that it has never seen.

Maskable PPO (sb3-contrib) on `FDEFactored-v0`. It starts from the configurator's habits, is
trained on the training tickets by the oracle's rewards alone, and is scored on the held-back ones,
which share neither seed nor wording with them. How it practises stands in `ppo_practice.py`.

    pip install 'fde-env[rl]'
    python examples/ppo.py                      # trains, prints the score on held-back tickets
    python examples/ppo.py --smoke              # seconds; a few tickets, no claim
    python examples/ppo.py --reward sparse      # paid at the end alone
    python examples/ppo.py --no-tools           # the files are never opened
    tensorboard --logdir runs/ppo

`examples/ppo_curves.py` runs it with several seeds and draws the curves.
"""

from __future__ import annotations

import argparse
import gc
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gymnasium as gym

import fde_env  # noqa: F401  # registers FDEFactored-v0
from fde_env import factored

HABIT, HABIT_AT_INTAKE, HABIT_TO_ACCEPT = 0.9, 0.6, 0.5
"""Probability, before training, that a choice is made as the configurator would."""


@dataclass(frozen=True)
class Settings:
    """One training run.

    Attributes:
        tools: whether the customer's files may be read.
        tickets: ids to train on; the whole training split when None.
        steps: factored actions to train for.
        envs, horizon: deliveries side by side, and actions of each between two updates.
        trials: deliveries beside PPO's own between two updates, see `ppo_practice`.
        log: folder for TensorBoard.
    """

    seed: int = 1
    tools: bool = True
    reward: str = "dense"
    tickets: tuple[str, ...] | None = None
    steps: int = 122_880
    envs: int = 32
    horizon: int = 64
    trials: int = 16
    log: Path | None = None


def make(**options: Any) -> factored.FDEFactoredEnv:
    """The bare environment: its masks are not behind wrappers."""
    env = gym.make("FDEFactored-v0", disable_env_checker=True, **options)
    bare = env.unwrapped
    assert isinstance(bare, factored.FDEFactoredEnv)
    return bare


def habits() -> list[float]:
    """What is added to the logits of a fresh policy: it reads a lot, and keeps to habits."""
    logits = []
    for choice in factored.CHOICES:
        others = len(choice.options) - 1
        kept = HABIT_AT_INTAKE if choice.stage == "intake" else HABIT
        kept = HABIT_TO_ACCEPT if choice.name == "refusal" else kept
        habit = math.log(others * kept / (1 - kept))
        # To read earns and costs nothing by itself, so going on to the forms can wait a little.
        logits += [-1.0 if choice.name == "do" else habit] + [0.0] * others
    return logits


def build(settings: Settings) -> tuple[Any, Any, Any]:
    """A MaskablePPO that has learnt nothing but habits; what it practises with, its memory."""
    import torch
    from ppo_practice import Memory, Practice, SelfImitation, Trials
    from sb3_contrib import MaskablePPO
    from stable_baselines3.common.monitor import Monitor
    from stable_baselines3.common.vec_env import DummyVecEnv

    torch.set_num_threads(1)
    torch.distributions.Distribution.set_default_validate_args(False)  # half the time of an update
    options = {"tools": settings.tools, "reward": settings.reward, "tickets": settings.tickets}
    memory = Memory(dict.fromkeys(make(**options).ticket_ids, 0.0))
    seeds = iter(range(settings.envs * settings.seed, settings.envs * (settings.seed + 1)))
    envs = DummyVecEnv(
        [lambda: Monitor(Practice(make(**options), memory, next(seeds)))] * settings.envs
    )
    model = MaskablePPO(
        "MlpPolicy",
        envs,
        seed=settings.seed,
        n_steps=settings.horizon,
        batch_size=min(256, settings.envs * settings.horizon),
        n_epochs=8,
        learning_rate=lambda left: 7e-4 * max(left, 0.0),
        gamma=1.0,
        ent_coef=0.02,
        policy_kwargs={"net_arch": [64, 64]},
        tensorboard_log=None if settings.log is None else str(settings.log),
    )
    with torch.no_grad():
        model.policy.action_net.bias += torch.tensor(habits())
    tried = [Practice(make(**options), memory, 0, tries=True) for _ in range(settings.trials)]
    return model, SelfImitation(memory, Trials(tried, memory)), memory


def choose(model: Any) -> Callable[[Any, Any], Any]:
    """The model's best action, without chance."""
    return lambda seen, masks: model.predict(seen, action_masks=masks, deterministic=True)[0]


def score(model: Any, **options: Any) -> dict[str, Any]:
    """The model's score on the tickets of an environment with these options."""
    return factored.summary(factored.score_learner(lambda: make(**options), choose(model)))


@dataclass(frozen=True)
class Trained:
    """What a training run gave.

    Attributes:
        cpu_seconds: processor time of environment and updates, without what looking at it took.
        tried: actions of deliveries beside PPO's own, see `ppo_practice`.
    """

    model: Any
    cpu_seconds: float
    tried: int


def train(
    settings: Settings, pause: int = 0, look: Callable[[Any, int], None] | None = None
) -> Trained:
    """Train; `look(model, steps)` is called at the start, every `pause` steps and at the end."""
    from ppo_practice import Looks

    model, practice, memory = build(settings)
    gc.collect()
    gc.freeze()  # thousands of parsed rows need not be looked through again and again
    looks = Looks(look, pause or settings.steps)
    started = time.process_time()
    model.learn(settings.steps, callback=[practice, looks], tb_log_name=f"seed-{settings.seed}")
    looks.now()
    spent = time.process_time() - started - looks.cpu_seconds
    return Trained(model, spent, memory.tried)


def smoke() -> tuple[float, float]:
    """A few thousand steps on four tickets; mean return before and after, on the same ones."""
    tickets = tuple(make().ticket_ids[place] for place in (0, 1, 4, 9))
    settings = replace(
        Settings(), tickets=tickets, steps=8_192, envs=16, horizon=32, reward="dense"
    )
    returns = []
    train(settings, settings.steps, lambda model, _: returns.append(score(model, tickets=tickets)))
    return returns[0]["mean_return"], returns[-1]["mean_return"]


def main(arguments: list[str] | None = None) -> None:
    """Train once and print the score on held-back tickets, before and after."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=Settings.steps)
    parser.add_argument("--reward", choices=("dense", "sparse"), default="dense")
    parser.add_argument("--no-tools", action="store_true")
    parser.add_argument("--log", type=Path, default=Path("runs/ppo"))
    parser.add_argument("--save", type=Path, help="where the trained policy goes (.zip)")
    parser.add_argument("--smoke", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.smoke:
        print("mean return before and after: {:.2f} {:.2f}".format(*smoke()))
        return
    tools = not chosen.no_tools
    settings = Settings(chosen.seed, tools, chosen.reward, steps=chosen.steps, log=chosen.log)

    def look(model: Any, steps: int) -> None:
        print(f"after {steps} steps: {score(model, split='held_back', tools=tools)}", flush=True)

    trained = train(settings, settings.steps, look)
    print(f"{trained.cpu_seconds:.0f} s of processor time, {trained.tried} actions tried besides")
    if chosen.save is not None:
        trained.model.save(chosen.save)


if __name__ == "__main__":
    main()
