"""How `ppo.py` practises: what went wrong comes up more often, what went best is imitated.

Three ideas, all by returns on training tickets alone:

- Tickets on which much was missed of late are drawn more often (prioritised level replay, Jiang et
  al. 2021, arXiv:2010.03934).
- The best delivery of each ticket so far is kept, and after each update of PPO the policy is drawn
  towards those that earned more than it expects (self-imitation, Oh et al. 2018, arXiv:1806.05635).
  A right refusal is found by chance once in a hundred tries; it must not have to be found again.
- Beside PPO's own deliveries a few are tried that keep to the policy but for one stage, which is
  filled in by chance. They teach by imitation alone, since PPO may learn only from what it chose.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.callbacks import BaseCallback

from fde_env import factored

SOLVED = 1 - 1e-6
VALUE_WEIGHT = 0.01
"""Share of the critic in imitation, as in the paper."""
MAX_GRADIENT = 0.5
"""Norm that a gradient is cut to, as in PPO's own updates."""
READING = factored.NAMES.index("reading")
STAGES = [name for name in factored.NAMES if name.startswith("at_")]


@dataclass(frozen=True)
class Episode:
    """One delivery of n actions.

    Attributes:
        seen: observations, shape (n, features).
        masks: open options, shape (n, options).
        actions: shape (n, choices).
        to_go: what was still earned from each action on, shape (n,).
    """

    seen: NDArray[np.float32]
    masks: NDArray[np.bool_]
    actions: NDArray[np.int64]
    to_go: NDArray[np.float32]


@dataclass
class Memory:
    """What all environments of a training run know of its tickets.

    Attributes:
        returns: by ticket, how much was earned of late; 0 before the first delivery.
        best: by ticket, the last of the deliveries that earned most.
        tried: actions of deliveries that PPO does not count.
    """

    returns: dict[str, float]
    best: dict[str, Episode] = field(default_factory=dict)
    tried: int = 0

    def due(self, rng: np.random.Generator) -> str:
        """A ticket, drawn half of the time alike and half by what was missed of late."""
        missed = 1.02 - np.array(list(self.returns.values()))
        chance = 0.5 / len(missed) + 0.5 * missed / missed.sum()
        return list(self.returns)[rng.choice(len(missed), p=chance)]

    def unsolved(self, rng: np.random.Generator) -> str | None:
        """One of the tickets that nobody has earned all on, or None if there is none."""
        names = [name for name, kept in self.best.items() if kept.to_go[0] < SOLVED]
        return names[rng.integers(len(names))] if names else None

    def note(self, ticket: str, episode: Episode, *, tried: bool) -> None:
        """Take in a delivery that has ended."""
        earned = float(episode.to_go[0])
        if tried:
            self.tried += len(episode.to_go)
        else:
            self.returns[ticket] = 0.7 * self.returns[ticket] + 0.3 * earned
        kept = self.best.get(ticket)
        if kept is None or earned > float(kept.to_go[0]) - 1e-6:
            self.best[ticket] = episode


class Practice(gym.Wrapper[Any, Any, Any, Any]):
    """Draws tickets that are due, and hands each delivery to the memory.

    Args:
        tries: the deliveries are not PPO's own; `reset` is given the ticket.
    """

    def __init__(
        self, env: gym.Env[Any, Any], memory: Memory, seed: int, *, tries: bool = False
    ) -> None:
        super().__init__(env)
        self._memory, self._rng, self._tries = memory, np.random.default_rng(seed), tries
        self._ticket, self._seen = "", None
        self._trail: list[tuple[Any, Any, Any, float]] = []

    def reset(self, **given: Any) -> tuple[Any, dict[str, Any]]:
        """Start on the ticket of the options, or one that is due."""
        wanted = given.get("options") or {}
        self._ticket, self._trail = wanted.get("ticket") or self._memory.due(self._rng), []
        self._seen, info = self.env.reset(seed=given.get("seed"), options={"ticket": self._ticket})
        return self._seen, info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Play; at the end, remember."""
        before, mask = self._seen, self.env.get_wrapper_attr("action_masks")()
        self._seen, reward, terminated, truncated, info = self.env.step(action)
        self._trail.append((before, mask, np.asarray(action), float(reward)))
        if terminated or truncated:
            seen, masks, actions, rewards = map(np.stack, zip(*self._trail, strict=True))
            to_go = np.cumsum(rewards[::-1])[::-1].astype(np.float32)
            episode = Episode(seen, masks, actions, to_go)
            self._memory.note(self._ticket, episode, tried=self._tries)
        return self._seen, reward, terminated, truncated, info


class Trials:
    """Deliveries of unsolved tickets by the policy's best actions, but for one stage by chance.

    Args:
        envs: environments that tell the memory, so many deliveries at once.
    """

    def __init__(self, envs: Sequence[Practice], memory: Memory) -> None:
        self._envs, self._memory = envs, memory

    def play(self, policy: Any, rng: np.random.Generator) -> None:
        """One delivery in each environment, if there is a ticket left to solve."""
        stages = rng.integers(len(STAGES), size=len(self._envs))
        running: dict[int, Any] = {}
        for place, env in enumerate(self._envs):
            if (ticket := self._memory.unsolved(rng)) is not None:
                running[place] = env.reset(options={"ticket": ticket})[0]
        while running:
            places = list(running)
            masks = np.stack([self._envs[at].get_wrapper_attr("action_masks")() for at in places])
            seen = np.stack(list(running.values()))
            actions, _ = policy.predict(seen, action_masks=masks, deterministic=True)
            for row, at in enumerate(places):
                tried = seen[row, stages[at]] == 1.0 and seen[row, READING] == 0.0
                action = by_chance(masks[row], rng) if tried else actions[row]
                running[at], _, terminated, truncated, _ = self._envs[at].step(action)
                if terminated or truncated:
                    del running[at]


def by_chance(mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    """An action made of open options, each as likely."""
    ends = np.cumsum(factored.SIZES)[:-1]
    return np.array([rng.choice(np.flatnonzero(part)) for part in np.split(mask, ends)])


class SelfImitation(BaseCallback):
    """Before each rollout, tries a few deliveries and draws the policy towards the best so far.

    An action counts by as much as it earned above what the critic expects, and no longer once the
    critic has learnt to expect it.

    Args:
        memory: of the environments that the model is trained on.
        trials: what is tried beside them.
        batches, size: how many batches are taken, and how many actions are in each.
    """

    def __init__(self, memory: Memory, trials: Trials, batches: int = 20, size: int = 512) -> None:
        super().__init__()
        self._memory, self._trials, self._batches, self._size = memory, trials, batches, size

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        if not self._memory.best:
            return
        rng = np.random.default_rng((self.num_timesteps, self.model.seed or 0))
        self._trials.play(self.model, rng)
        kept = list(self._memory.best.values())
        seen, masks, actions, to_go = (
            np.concatenate([getattr(episode, name) for episode in kept])
            for name in ("seen", "masks", "actions", "to_go")
        )
        for _ in range(self._batches):
            at = rng.choice(len(seen), size=min(self._size, len(seen)), replace=False)
            self._imitate(seen[at], masks[at], actions[at], to_go[at])
        found = [float(episode.to_go[0]) for episode in kept]
        self.logger.record("imitation/best_return", float(np.mean(found)))
        self.logger.record("imitation/actions_tried", self._memory.tried)

    def _imitate(self, seen: Any, masks: Any, actions: Any, to_go: Any) -> None:
        policy: Any = self.model.policy
        policy.set_training_mode(True)
        values, likely, _ = policy.evaluate_actions(
            torch.as_tensor(seen), torch.as_tensor(actions), action_masks=torch.as_tensor(masks)
        )
        more = torch.clamp(torch.as_tensor(to_go) - values.flatten(), min=0.0)
        loss = -(likely * more.detach()).mean() + 0.5 * VALUE_WEIGHT * (more**2).mean()
        policy.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(policy.parameters(), MAX_GRADIENT)
        policy.optimizer.step()


class Looks(BaseCallback):
    """Between an update and the next rollout, shows the model to somebody now and then.

    Attributes:
        cpu_seconds: processor time that looking took.
    """

    def __init__(self, look: Callable[[Any, int], None] | None, pause: int) -> None:
        super().__init__()
        self._look, self._pause, self._due = look, pause, 0
        self.cpu_seconds = 0.0

    def now(self) -> None:
        """Show it."""
        started = time.process_time()
        if self._look is not None:
            self._look(self.model, self.model.num_timesteps)
        self._due = self.model.num_timesteps + self._pause
        self.cpu_seconds += time.process_time() - started

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        if self.model.num_timesteps >= self._due:
            self.now()
