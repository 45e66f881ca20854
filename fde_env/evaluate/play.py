"""Play a unit: one episode, or one transcript with its branches."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fde_env.contract.action import READ_TOOLS
from fde_env.contract.ticket import Ticket
from fde_env.delivery import Follower
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import ReplayMiss, UsageError
from fde_env.evaluate.knowing import AT_INTAKE, Stated, ask_all
from fde_env.evaluate.outcome import Outcome, in_words, outcome_of_seat
from fde_env.evaluate.plan import Condition, PlannedEpisode, Unit
from fde_env.evaluate.played import Played, TrainedRun, unplayed, wire
from fde_env.evaluate.seat import Seat, plain

Spend = Callable[[float], None]
MakeEnv = Callable[[PlannedEpisode], FDEDeliveryEnv]
FAULTS: Final = ("Malformed action", "Not possible")


@dataclass
class _Take:
    """An episode under way."""

    env: FDEDeliveryEnv
    seat: Seat
    ticket: Ticket
    first: Mapping[str, Any]
    observation: Any
    condition: Condition
    paid: float = 0.0
    steps: list[dict[str, Any]] = field(default_factory=list)
    reads: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    branched: set[str] = field(default_factory=set)
    at_intake: Seat | None = None
    """The policy as it was when it sent its intake, to be asked what nothing has told it yet."""

    def fork(self, condition: Condition) -> _Take:
        """A twin at this point that plays on under `condition`."""
        changes: dict[str, Any] = {}
        if condition.inject != self.condition.inject:
            changes["inject"] = condition.inject
        if condition.pressure != self.condition.pressure:
            changes |= {"pressure": condition.pressure, "intensity": condition.intensity}
        env = self.env.fork().with_rules(**changes)
        return _Take(
            env=env,
            seat=self.seat.fork(env),
            ticket=env.ticket,
            first=self.first,
            observation=copy.deepcopy(self.observation),
            condition=condition,
            paid=self.paid,
            steps=list(self.steps),
            reads=Counter(self.reads),
            faults=Counter(self.faults),
            at_intake=self.at_intake,
        )


class Player:
    """Plays one unit.

    Args:
        unit: what is played.
        make_env: an environment for an episode; closed here.
        spend: told of dollars as soon as they are spent, since a process can be killed.
        follower: told of each action and what it led to, for people who watch.
    """

    def __init__(
        self, unit: Unit, make_env: MakeEnv, spend: Spend, follower: Follower | None = None
    ) -> None:
        self._unit, self._make_env, self._spend = unit, make_env, spend
        self._follower = follower
        self._played: dict[str, Played] = {}

    def play(self) -> tuple[Played, ...]:
        """Every episode of the unit, in its order.

        Raises:
            UsageError: the agent or the options cannot be used.
        """
        trunk = self._unit.episodes[0]
        env = self._make_env(trunk)
        try:
            try:
                observation, _ = env.reset(seed=0)
            except UsageError:
                raise
            except Exception as error:  # noqa: BLE001  # the platform failed, whatever it was
                self._played[trunk.episode_id] = unplayed(trunk, error)
            else:
                seat = Seat.take(trunk.agent, trunk.seed, env)
                first = copy.deepcopy(observation)
                take = _Take(env, seat, env.ticket, first, observation, trunk.condition)
                self._go(trunk, take)
        finally:
            env.close()
        return tuple(self._of(episode) for episode in self._unit.episodes)

    def _of(self, episode: PlannedEpisode) -> Played:
        """A branch whose fork was never reached went as the trunk that it would have left."""
        found = self._played.get(episode.episode_id)
        if found is None:
            found = replace(self._played[self._parent(episode)], episode=episode)
        return found

    def _parent(self, episode: PlannedEpisode) -> str:
        """The played episode that `episode` would have branched off last."""
        lines = [
            item
            for item in self._unit.episodes
            if item.episode_id in self._played
            and item.forked_at == episode.forked_at[: len(item.forked_at)]
            and not item.condition.pressure
        ]
        return max(lines, key=lambda item: len(item.forked_at)).episode_id

    def _go(self, episode: PlannedEpisode, take: _Take) -> None:
        """Play `take` to its end, and each branch where it leaves."""
        try:
            self._until_end(episode, take)
        except _Ended as ended:
            self._played[episode.episode_id] = self._unfinished(episode, take, ended)
            return
        self._played[episode.episode_id] = self._finished(episode, take)

    def _until_end(self, episode: PlannedEpisode, take: _Take) -> None:
        done = False
        while not done:
            self._branch(episode, take)
            try:
                action = take.seat.act(take.observation)
            except UsageError:
                raise
            except Exception as error:
                self._settle(take)
                raise _Ended(outcome_of_seat(error), error) from error
            self._settle(take)
            done = self._step(take, action)

    def _step(self, take: _Take, action: Any) -> bool:
        stage, sent = str(take.observation["stage"]), wire(action)
        if isinstance(sent, dict) and sent.get("tool") == "submit_intake":
            take.at_intake = _copy_to_ask(take)
        try:
            seen, reward, terminated, truncated, _ = take.env.step(action)
        except ReplayMiss as miss:
            # Nobody's losses are left out for asking what nobody has trained.
            lost = Outcome.AGENT_FAILURE if miss.own_fault else Outcome.INFRASTRUCTURE_ERROR
            raise _Ended(lost, miss) from miss
        except Exception as error:
            raise _Ended(Outcome.INFRASTRUCTURE_ERROR, error) from error
        take.reads[stage] += isinstance(sent, dict) and sent.get("tool") in READ_TOOLS
        take.faults[stage] += str(seen["message"]).startswith(FAULTS)
        take.steps.append({"action": sent, "observation": plain(seen), "reward": reward})
        take.observation = seen
        if self._follower is not None:
            self._follower(action, seen)
        return terminated or truncated

    def _branch(self, episode: PlannedEpisode, take: _Take) -> None:
        """Play the branches that leave `episode` at the stage that waits now."""
        stage = take.observation["stage"]
        for other in self._unit.episodes:
            leaves = other.forked_at == (*episode.forked_at, stage)
            if leaves and other.episode_id not in take.branched:
                take.branched.add(other.episode_id)
                twin = take.fork(other.condition)
                try:
                    self._go(other, twin)
                finally:
                    twin.env.close()

    def _settle(self, take: _Take) -> None:
        """Report dollars that the last request cost."""
        spent = take.seat.usage().dollars or 0.0
        if spent > take.paid:
            self._spend(spent - take.paid)
            take.paid = spent

    def _asked(self, take: _Take) -> tuple[Stated, ...]:
        """What the policy says of the rules: now, and as it was when it sent its intake."""
        truth, records = take.ticket.truth, take.env.records
        stated = ask_all(take.seat.ask, truth, records)
        if stated and take.at_intake is not None:
            # Forks of one transcript share it, so each asks a copy.
            twin = take.at_intake.fork(take.env)
            before = twin.usage().dollars or 0.0
            try:
                stated += ask_all(twin.ask, truth, records, AT_INTAKE)
            finally:
                if (after := twin.usage().dollars or 0.0) > before:
                    self._spend(after - before)
        return stated

    def _finished(self, episode: PlannedEpisode, take: _Take) -> Played:
        result = take.env.result
        delivered = result.reward == 1.0
        outcome = Outcome.DELIVERED if delivered else Outcome.AGENT_FAILURE
        return self._record(episode, take, outcome, f"ended as {result.ending}")

    def _unfinished(self, episode: PlannedEpisode, take: _Take, ended: _Ended) -> Played:
        if ended.outcome.scored:
            take.env.give_up()
            return self._record(episode, take, ended.outcome, in_words(ended.error))
        return Played(
            episode=episode,
            ticket=take.ticket,
            first=take.first,
            steps=tuple(take.steps),
            outcome=ended.outcome,
            detail=in_words(ended.error),
            result=None,
            records=(),
            facts=None,
            stated=(),
            usage=take.seat.usage(),
            transcript=take.seat.transcript(),
            reads=take.reads,
            faults=take.faults,
            error=ended.error,
        )

    def _record(
        self, episode: PlannedEpisode, take: _Take, outcome: Outcome, detail: str
    ) -> Played:
        _, _, facts = take.env.oracle_view()
        stated: tuple[Stated, ...] = ()
        if outcome in (Outcome.DELIVERED, Outcome.AGENT_FAILURE):
            try:
                stated = self._asked(take)
            except UsageError:
                raise
            except Exception as error:  # noqa: BLE001  # an answer that fails moves no score
                detail += f"; not asked ({in_words(error)})"
            self._settle(take)
        return Played(
            episode=episode,
            ticket=take.ticket,
            first=take.first,
            steps=tuple(take.steps),
            outcome=outcome,
            detail=detail,
            result=take.env.result,
            records=take.env.records,
            facts=facts,
            stated=stated,
            usage=take.seat.usage(),
            transcript=take.seat.transcript(),
            reads=take.reads,
            faults=take.faults,
            run_key=None if take.env.evidence is None else take.env.evidence.run_key,
            trained=_trained(take.env),
        )


def _trained(env: FDEDeliveryEnv) -> TrainedRun | None:
    """The run that was trained for this episode; None when a record was all it took."""
    evidence, bill = env.evidence, env.bill
    if evidence is None or bill is None:
        return None
    # Live, a record can only be that of an earlier try of the same unit.
    if env.replayed and env.options.execution != "live":
        return None
    return TrainedRun(evidence, bill, env.run_dir)


def _copy_to_ask(take: _Take) -> Seat | None:
    """A copy of the policy; None when it answers nothing, or cannot be copied."""
    try:
        return take.seat.fork(take.env) if take.seat.answers else None
    except UsageError:
        return None


class _Ended(Exception):  # noqa: N818  # it carries an ending, which need not be an error
    def __init__(self, outcome: Outcome, error: Exception) -> None:
        super().__init__(str(error))
        self.outcome, self.error = outcome, error
