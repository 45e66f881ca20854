"""`FDEDeliveryEnv`: the Gymnasium face of a delivery, and the only caller of the grader."""

from __future__ import annotations

import copy
from typing import Any, cast

import gymnasium

from fde_env.delivery_run import right_run_key
from fde_env.episode import Episode
from fde_env.errors import InfrastructureError, ReplayMiss, UsageError
from fde_env.observation import Observation, copied, observation_space
from fde_env.operator_view import OperatorView
from fde_env.options import Options
from fde_env.parse import ACTION_ADAPTER
from fde_env.platform.registry import ModelRegistry
from fde_env.render import render_text
from fde_env.result import Result, make_result
from fde_env.runs.run import Watcher
from fde_env.runs.store import Store
from fde_env.sampling import sample_action
from fde_env.spaces import JsonSpace
from fde_env.tickets.generator import Prepared, prepare
from fde_env.turns import READ_BUDGET, STEP_BUDGET, Turns
from fde_oracle.assess import assess
from fde_oracle.grade import episode_return, grade, judge

DENSE_SHARE = 0.05

__all__ = ["READ_BUDGET", "STEP_BUDGET", "FDEDeliveryEnv"]


class FDEDeliveryEnv(OperatorView, gymnasium.Env[Observation, Any]):
    """An agent in the forward-deployed engineer's seat.

    Args:
        render_mode: None, "ansi" (render() returns text) or "human" (each step is printed).
        watcher: called with the run's progress; for people, agents never see it.
        store: where evidence is kept; the user's store by default.
        registry: where models are entered, all episodes alike; by default a fresh one in memory
            for each episode. Forks write to a copy in memory.
        options: see `fde_env.options.Options`.

    Actions are `{"tool": name, "arguments": {...}}` as dict, JSON text or pydantic model.
    A bad action costs a step and is explained in the next observation; it never raises.

    Raises:
        UsageError: an option is unknown.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012  # the base class declares it so
        "render_modes": ["ansi", "human"],
        "render_fps": 4,
    }

    def __init__(
        self,
        render_mode: str | None = None,
        watcher: Watcher | None = None,
        store: Store | None = None,
        registry: ModelRegistry | None = None,
        **options: Any,
    ) -> None:
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise UsageError(f"render_mode is None, 'ansi' or 'human', not {render_mode!r}")
        self.render_mode = render_mode
        self.options = Options.parse(options)
        self._watcher, self._store, self._registry = watcher, store or Store(), registry
        self.observation_space = cast("gymnasium.Space[Observation]", observation_space())
        self.action_space = JsonSpace(ACTION_ADAPTER, sample_action, "action")
        self._runner = self.options.runner(self._store)
        self._turns: Turns | None = None
        self._played = self.options
        self._observation: Observation | None = None
        self._paid = 0.0
        self._result: Result | None = None

    # The Gymnasium interface

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start a delivery.

        Args:
            seed: seeds what the options leave open (surface, random trap).
            options: options to change for this episode, by name.

        Returns:
            The first observation and info.

        Raises:
            UsageError: an option is unknown.
        """
        super().reset(seed=seed)
        self.close()
        self._played = self.options
        if options:
            self._played = Options.parse(dict(self.options) | options)
        runner = self._played.runner(self._store) if options else self._runner
        prepared = self._draw()
        episode = Episode(prepared, self._played.rules(), runner, self._watcher, self._registry)
        self._turns, self._paid, self._result = Turns(episode), 0.0, None
        self._observation = self._turns.open()
        self._show()
        return copied(self._observation), self._info()

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Play one action.

        Returns:
            Observation, reward (0 until the last step unless `reward="dense"`), terminated,
            truncated (the step budget is spent), and info; the last info holds verdicts. A run
            that nobody recorded terminates: a learner must not expect more to come of it.

        Raises:
            UsageError: called before `reset`.
            InfrastructureError: the platform failed; the episode has no score.
        """
        episode = self._current()
        if not episode.running():
            # Gymnasium leaves a step after the end undefined; repeating it harms nobody.
            assert self._observation is not None
            ended = episode.ending != "truncated"
            return copied(self._observation), 0.0, ended, not ended, self._last_info()
        before = len(episode.records)
        self._observation = self._take(action)
        self._show()
        reward = self._pay(before)
        terminated = episode.ending not in ("running", "truncated")
        info = self._info() if episode.ending == "running" else self._last_info()
        return (
            copied(self._observation),
            reward,
            terminated,
            episode.ending == "truncated",
            info,
        )

    def render(self) -> Any:
        """The present state as text ("ansi"), or print it ("human")."""
        if self.render_mode is None or self._observation is None:
            return None
        text = render_text(self._observation, self._current(), self._taken())
        if self.render_mode == "human":
            print(text, flush=True)  # noqa: T201  # "human" means the terminal
            return None
        return text

    def close(self) -> None:
        """Stop a run that still works. Idempotent."""
        if self._episode is not None:
            self._episode.close()

    # Beyond Gymnasium

    @property
    def result(self) -> Result:
        """Outcome of the ended episode: verdicts, return and delivered facts.

        Raises:
            UsageError: the episode has not ended.
        """
        episode = self._current()
        if episode.running():
            raise UsageError("the delivery has not ended yet")
        if self._result is None:
            truth, records = episode.ticket.truth, episode.records
            verdicts = grade(truth, records)
            paid = episode_return(truth, verdicts, episode.ending)
            self._result = make_result(episode, verdicts, assess(truth, records), paid)
        return self._result

    def give_up(self) -> Result:
        """End the delivery where it stands, for a seat that gives no action; it is graded so."""
        episode = self._current()
        if episode.running():
            episode.break_off("truncated")
        return self.result

    def fork(self) -> FDEDeliveryEnv:
        """An independent environment at this state, for paired effects.

        Raises:
            UsageError: a live run is paused; its process cannot be doubled.
        """
        twin = copy.copy(self)
        own = {
            "_turns": self._playing().fork(),
            "_np_random": copy.deepcopy(self.np_random),
            "_observation": None if self._observation is None else copied(self._observation),
        }
        twin.__dict__.update(own)
        return twin

    def with_rules(self, **changes: Any) -> FDEDeliveryEnv:
        """Change how the rest of this episode is played; for forks.

        Args:
            changes: inject, gate, pressure, intensity. Letters that have come stay as they were;
                those to come are of the ticket's twin under that pressure.
        """
        episode = self._current()
        allowed = {"inject", "gate", "pressure", "intensity"}
        if not set(changes) <= allowed:
            raise UsageError(f"only {', '.join(sorted(allowed))} can change within an episode")
        self._played = Options.parse(dict(self._played) | changes)
        if {"pressure", "intensity"} & set(changes):
            spec = self._played.ticket_spec(self.np_random)
            letters = {"pressure": spec.pressure, "intensity": spec.intensity}
            twin = prepare(episode.ticket.spec.model_copy(update=letters)).ticket
            episode.ticket = episode.ticket.model_copy(update={"inbox": twin.inbox})
        episode.change_rules(self._played.rules())
        return self

    # Inner parts

    def _draw(self) -> Prepared:
        """The ticket of the next episode; certification has its own in this place."""
        return prepare(self._played.ticket_spec(self.np_random))

    def _playing(self) -> Turns:
        if self._turns is None:
            raise UsageError("call reset() first")
        return self._turns

    def _current(self) -> Episode:
        return self._playing().episode

    @property
    def _episode(self) -> Episode | None:
        return None if self._turns is None else self._turns.episode

    def _taken(self) -> int:
        return self._playing().taken

    def _take(self, action: Any) -> Observation:
        try:
            return self._playing().take(action)
        except ReplayMiss as miss:
            miss.own_fault = self._failed_already()
            if miss.own_fault and self._played.unrecorded == "end":
                return self._playing().end_unrecorded()
            # Where it stands, such a delivery can still be given up and graded.
            self._turns = self._turns if miss.own_fault else None
            raise
        except InfrastructureError:
            self.close()
            self._turns = None
            raise

    def _failed_already(self) -> bool:
        """Whether a run is missed for what was submitted: that is wrong, and the right run held."""
        episode = self._current()
        truth = episode.ticket.truth
        forced = self._played.misread == "forced"
        if forced or all(item.passed for item in grade(truth, episode.records)):
            return False
        key = right_run_key(Prepared(episode.ticket, episode.drop), episode.facts())
        return self._store.evidence(key) is not None

    def _pay(self, before: int) -> float:
        episode = self._current()
        reward = 0.0
        if not episode.running():
            reward = self.result.reward - self._paid
        elif self._played.reward == "dense":
            truth, new = episode.ticket.truth, episode.records[before:]
            reward = DENSE_SHARE * sum(judge(truth, record).passed for record in new)
        self._paid += reward
        return float(reward)

    def _info(self) -> dict[str, Any]:
        episode = self._current()
        return {
            "ticket_id": episode.ticket.ticket_id,
            "stage": episode.stage,
            "ending": str(episode.ending),
            "steps_used": self._taken(),
        }

    def _last_info(self) -> dict[str, Any]:
        return self._info() | {"result": self.result.model_dump(mode="json")}

    def _show(self) -> None:
        if self.render_mode == "human":
            self.render()
