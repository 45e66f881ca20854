"""PPO learns to deliver: from the configurator's habits to tickets that it has never seen.

Maskable PPO (sb3-contrib) on `FDEFactored-v0`. It starts from the configurator's habits, is
trained on the training tickets by the oracle's rewards alone, and is scored on the held-back ones,
which share neither seed nor wording with them.

    pip install 'fde-env[rl]'
    python examples/ppo.py                      # trains, prints the score on held-back tickets
    python examples/ppo.py --smoke              # seconds; a few tickets, no claim
    python examples/ppo.py --reward sparse      # paid at the end alone: far slower
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
import numpy as np

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
        log: folder for TensorBoard.
    """

    seed: int = 1
    tools: bool = True
    reward: str = "dense"
    tickets: tuple[str, ...] | None = None
    steps: int = 240_000
    envs: int = 32
    horizon: int = 64
    log: Path | None = None


def make(**options: Any) -> factored.FDEFactoredEnv:
    """The bare environment: its masks are not behind wrappers."""
    env = gym.make("FDEFactored-v0", disable_env_checker=True, **options)
    bare = env.unwrapped
    assert isinstance(bare, factored.FDEFactoredEnv)
    return bare


class Practice(gym.Wrapper[Any, Any, Any, Any]):
    """Draws half of the tickets alike, and half by how much was missed on them of late.

    A few tickets ask for what is found by chance alone; they come up more often until it is found.
    Only returns on training tickets decide (the idea is prioritised level replay's, Jiang et al.
    2021, arXiv:2010.03934).
    """

    def __init__(self, env: gym.Env[Any, Any], returns: dict[str, float], seed: int) -> None:
        super().__init__(env)
        self._returns, self._rng = returns, np.random.default_rng(seed)
        self._ticket, self._earned = "", 0.0

    def reset(self, **given: Any) -> tuple[Any, dict[str, Any]]:
        """Start on a ticket that is due."""
        names = list(self._returns)
        weights = np.array([1.02 - self._returns[name] for name in names])
        due = 0.5 / len(names) + 0.5 * weights / weights.sum()
        self._ticket, self._earned = names[self._rng.choice(len(names), p=due)], 0.0
        return self.env.reset(seed=given.get("seed"), options={"ticket": self._ticket})

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Play, and remember at the end what was earned."""
        seen, reward, terminated, truncated, info = self.env.step(action)
        self._earned += float(reward)
        if terminated or truncated:
            kept = self._returns[self._ticket]
            self._returns[self._ticket] = 0.7 * kept + 0.3 * self._earned
        return seen, reward, terminated, truncated, info


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


def build(settings: Settings) -> Any:
    """A MaskablePPO that has learnt nothing but the habits that it starts from."""
    import torch
    from sb3_contrib import MaskablePPO
    from stable_baselines3.common.monitor import Monitor
    from stable_baselines3.common.vec_env import DummyVecEnv

    torch.set_num_threads(1)
    torch.distributions.Distribution.set_default_validate_args(False)  # half the time of an update
    options = {"tools": settings.tools, "reward": settings.reward, "tickets": settings.tickets}
    returns = dict.fromkeys(make(**options).ticket_ids, 0.0)
    seeds = iter(range(settings.envs * settings.seed, settings.envs * (settings.seed + 1)))
    envs = DummyVecEnv(
        [lambda: Monitor(Practice(make(**options), returns, next(seeds)))] * settings.envs
    )
    model = MaskablePPO(
        "MlpPolicy",
        envs,
        seed=settings.seed,
        n_steps=settings.horizon,
        batch_size=min(256, settings.envs * settings.horizon),
        n_epochs=8,
        learning_rate=1e-3,
        gamma=1.0,
        ent_coef=0.02,
        clip_range=0.4,  # a right refusal is found seldom; what is found must count
        policy_kwargs={"net_arch": [64, 64]},
        tensorboard_log=None if settings.log is None else str(settings.log),
    )
    with torch.no_grad():
        model.policy.action_net.bias += torch.tensor(habits())
    return model


def choose(model: Any) -> Callable[[Any, Any], Any]:
    """The model's best action, without chance."""
    return lambda seen, masks: model.predict(seen, action_masks=masks, deterministic=True)[0]


def score(model: Any, **options: Any) -> dict[str, Any]:
    """The model's score on the tickets of an environment with these options."""
    return factored.summary(factored.score_learner(lambda: make(**options), choose(model)))


def train(
    settings: Settings, pause: int = 0, look: Callable[[Any, int], None] | None = None
) -> tuple[Any, float]:
    """Train; `look(model, steps)` is called at the start and every `pause` steps.

    Returns:
        The model, and the processor seconds of training: environment and updates, without what
        `look` takes.
    """
    model, spent, done = build(settings), 0.0, 0
    gc.collect()
    gc.freeze()  # thousands of parsed rows need not be looked through again and again
    if look is not None:
        look(model, 0)
    while done < settings.steps:
        started = time.process_time()
        more = min(pause or settings.steps, settings.steps - done)
        model.learn(more, reset_num_timesteps=done == 0, tb_log_name=f"seed-{settings.seed}")
        spent, done = spent + time.process_time() - started, model.num_timesteps
        if look is not None:
            look(model, done)
    return model, spent


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

    model, spent = train(settings, settings.steps, look)
    print(f"{spent:.0f} s of processor time for training")
    if chosen.save is not None:
        model.save(chosen.save)


if __name__ == "__main__":
    main()
