"""What a row of each layout holds; features, `schema.md` and every writer follow these models."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.export.chat import tool_definitions, turns
from fde_env.export.episode import Episode, action_text
from fde_env.observation import Metrics

Layout = Literal["steps", "episodes", "chat"]
LAYOUTS: Final[tuple[Layout, ...]] = get_args(Layout)


class Seen(Frozen):
    """An observation: all that an agent sees."""

    stage: str = Field(description="Stage that waits for a submission.")
    message: str = Field(description="The platform's answer, and letters.")
    logs: str = Field(description="The last lines of the training log.")
    metrics: Metrics
    tool_result: str = Field(description="What a read-only tool returned; else empty.")


class About(Frozen):
    """What every row says of its episode. None of it is in an observation."""

    episode_id: str = Field(description="Name of the trajectory's file.")
    unit_id: str = Field(description="Episodes of one unit share their steps up to a fork.")
    agent: str
    ticket: str = Field(description="Id of the ticket; tells nothing of what is in it.")
    held_back: bool = Field(description="Of the tickets that nobody should train on.")
    trial: int
    episode_return: float = Field(description="Sum of rewards, 0 to 1.")
    outcome: str = Field(description="delivered, agent_failure, agent_refusal or budget_spent.")


class StepRow(About):
    """Layout `steps`: one transition a row, the episode's steps in order."""

    step: int = Field(description="From 0.")
    observation: Seen
    action: str = Field(description="JSON text, as `env.step` takes it.")
    reward: float
    next_observation: Seen
    terminated: bool = Field(description="The delivery ended by the environment's rules.")
    truncated: bool = Field(description="Cut off: step budget spent, or the agent gave up.")


class EpisodeRows(About):
    """Layout `episodes`: one episode of T steps a row."""

    observations: tuple[Seen, ...] = Field(description="T + 1 of them.")
    actions: tuple[str, ...] = Field(description="T of them, JSON text.")
    rewards: tuple[float, ...] = Field(description="T of them.")
    terminations: tuple[bool, ...] = Field(description="T of them.")
    truncations: tuple[bool, ...] = Field(description="T of them.")


class ChatRow(About):
    """Layout `chat`: one conversation a row, as a model in the seat has it."""

    messages: tuple[dict[str, Any], ...] = Field(
        description="system, user, then assistant (with tool_calls) and tool in turn; it ends "
        "with the assistant's last call."
    )
    tools: tuple[dict[str, Any], ...] = Field(description="Definitions of all tools.")


ROW_OF: Final = MappingProxyType[Layout, type[About]](
    {"steps": StepRow, "episodes": EpisodeRows, "chat": ChatRow}
)


def rows_of(episode: Episode, layout: Layout) -> Iterator[About]:
    """The rows of an episode."""
    about = _about(episode)
    if layout == "chat":
        yield ChatRow(**about, messages=turns(episode), tools=tool_definitions())
    elif layout == "episodes":
        yield EpisodeRows(
            **about,
            observations=tuple(Seen.model_validate(item) for item in episode.observations),
            actions=tuple(map(action_text, episode.actions)),
            rewards=episode.rewards,
            terminations=episode.terminations,
            truncations=episode.truncations,
        )
    else:
        yield from _steps(episode, about)


def _steps(episode: Episode, about: dict[str, Any]) -> Iterator[StepRow]:
    seen = [Seen.model_validate(item) for item in episode.observations]
    for number, action in enumerate(episode.actions):
        yield StepRow(
            **about,
            step=number,
            observation=seen[number],
            action=action_text(action),
            reward=episode.rewards[number],
            next_observation=seen[number + 1],
            terminated=episode.terminations[number],
            truncated=episode.truncations[number],
        )


def _about(episode: Episode) -> dict[str, Any]:
    row = episode.row
    return {
        "episode_id": row.episode_id,
        "unit_id": row.unit_id,
        "agent": row.agent,
        "ticket": row.ticket,
        "held_back": row.held_back,
        "trial": row.trial,
        "episode_return": row.reward,
        "outcome": row.outcome.value,
    }
