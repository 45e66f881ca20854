"""The environment behind OpenEnv's server: one delivery a session, over WebSocket.

    pip install 'fde-env[serve]'
    python -m fde_env.bridges.openenv --port 8000 --max-sessions 8 --session-timeout 1800

    from openenv.core import GenericEnvClient

    with GenericEnvClient(base_url="http://127.0.0.1:8000").sync() as client:
        result = client.reset(ticket="T-BE74373300")
        result = client.step({"tool": "read_ticket", "arguments": {}})

An action is the environment's own; a bad one costs a step and is explained. The last observation
has `done`, the return as `reward`, and the verdicts in `metadata["result"]`; no earlier one shows
any of them. A platform's failure reaches the client as an error, not as a reward, and the session
then wants a `reset`. A session that is idle for longer than its time-out is closed, and says so
when it is used again. Written against OpenEnv 0.10.
"""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from openenv.core.env_server.http_server import create_app as openenv_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import (
    Action,
    ConcurrencyConfig,
    EnvironmentMetadata,
    Observation,
    State,
)
from pydantic import Field

from fde_env import __version__
from fde_env.contract.ticket import TicketSplit
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import InfrastructureError, UsageError
from fde_env.suite.tickets import SuiteTicket, find_ticket, suite

NAME: Final = "fde_env"
SPLITS: Final = {"train": "train", "held_back": "test"}


class DeliveryAction(Action):
    """A tool's name and its arguments, as everywhere in this project."""

    tool: str = Field(description="Name of the tool, e.g. 'read_ticket' or 'submit_intake'.")
    arguments: Any = Field(
        default_factory=dict, description="The tool's arguments, an object; checked by the tool."
    )


class DeliveryObservation(Observation):
    """What the agent sees; `reward` is 0 until the end unless the server pays stage by stage."""

    stage: str = Field(description="Stage that waits for its submission.")
    message: str = Field(description="The platform's answer, and letters that arrived.")
    logs: str = Field(description="The last lines of the training log.")
    metrics: dict[str, Any] = Field(description="Figures of the run and what is left of budgets.")
    tool_result: str = Field(description="Answer of a tool that only reads.")


class DeliveryState(State):
    """Where the session stands: nothing of the truth, nothing of the verdicts."""

    ticket_id: str | None = Field(default=None, description="Ticket that is being delivered.")
    stage: str | None = Field(default=None, description="Stage that waits for its submission.")
    ending: str | None = Field(default=None, description="'running', or how the delivery ended.")


class DeliveryEnvironment(Environment[DeliveryAction, DeliveryObservation, DeliveryState]):
    """One session's delivery.

    Args:
        options: as for `gym.make("FDE-v0", ...)`, and `store`. Execution is "replay" unless said
            otherwise, since a client's patience is a minute.

    Raises:
        UsageError: an option is unknown.
    """

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._env = FDEDeliveryEnv(**{"execution": "replay", "unrecorded": "end", **options})
        self._state = DeliveryState()
        self._closed = False

    def reset(
        self,
        seed: int | None = None,
        episode_id: str | None = None,
        ticket: str | None = None,
        split: str | None = None,
        index: int | None = None,
        **unknown: Any,
    ) -> DeliveryObservation:
        """Start a delivery.

        Args:
            seed: seeds what the server's options leave open, where no ticket is named.
            episode_id: the client's name for the episode; drawn when it gives none.
            ticket: id of a ticket of the suite.
            split: with `index`, another way to name one: "train" or "held_back".
            index: place in the split, from 0.
            unknown: refused by name.

        Returns:
            The first observation.

        Raises:
            UsageError: no such ticket or parameter, or the session has ended.
            InfrastructureError: the platform failed.
        """
        self._open()
        if unknown:
            raise UsageError(
                f"reset takes no {', '.join(sorted(unknown))}; options are the server's"
            )
        if split is not None and index is not None:
            ticket = self.get_task(split, index)["id"]
        options = {}
        if ticket is not None:
            chosen = find_ticket(ticket).options
            options = {name: getattr(chosen, name) for name in chosen.model_fields_set}
        observation, info = self._env.reset(seed=seed, options=options)
        self._state = DeliveryState(episode_id=episode_id or uuid.uuid4().hex)
        return self._seen(observation, info)

    def step(
        self, action: DeliveryAction, timeout_s: float | None = None, **unknown: Any
    ) -> DeliveryObservation:
        """Play one action; a bad one is explained in the observation.

        Args:
            action: tool and arguments.
            timeout_s: not used; a replayed step takes milliseconds.
            unknown: not used.

        Returns:
            What is seen next; with `done`, the return and the result stand beside it.

        Raises:
            UsageError: there was no `reset`, or the session has ended.
            InfrastructureError: the platform failed; the episode has no score.
        """
        del timeout_s, unknown
        self._open()
        if self._state.episode_id is None:
            raise UsageError("call reset() first")
        sent = {"tool": action.tool, "arguments": action.arguments}
        try:
            observation, reward, terminated, truncated, info = self._env.step(sent)
        except InfrastructureError:
            self._state = DeliveryState()
            raise
        return self._seen(observation, info, reward=reward, done=terminated or truncated)

    @property
    def state(self) -> DeliveryState:
        """Where the session stands."""
        return self._state

    def close(self) -> None:
        """End the session; what is asked of it afterwards is refused. Idempotent."""
        self._closed = True
        self._env.close()

    def get_metadata(self) -> EnvironmentMetadata:
        """Name, purpose and version, for people and discovery."""
        return EnvironmentMetadata(
            name=NAME,
            description="Deliver a fine-tuned model for a customer, in ten stages, under an "
            "approval gate; judged by what the platform recorded.",
            version=__version__,
        )

    # OpenEnv's task discovery

    def list_splits(self) -> list[dict[str, str]]:
        """The two splits of the suite."""
        return [{"name": name, "type": kind} for name, kind in SPLITS.items()]

    def list_tasks(self, split: str) -> list[dict[str, Any]]:
        """Tickets of a split, by id and index: nothing of what they hide."""
        return [{"id": item.ticket_id, "index": n} for n, item in enumerate(self._tickets(split))]

    def num_tasks(self, split: str) -> int:
        """How many tickets a split has."""
        return len(self._tickets(split))

    def get_task(self, split: str, index: int) -> dict[str, Any]:
        """One ticket by its index.

        Raises:
            IndexError: the split has no such ticket.
        """
        tickets = self._tickets(split)
        if not 0 <= index < len(tickets):
            raise IndexError(f"{split} has tickets 0 to {len(tickets) - 1}, not {index}")
        return {"id": tickets[index].ticket_id, "index": index}

    # Inner parts

    @staticmethod
    def _tickets(split: str) -> Sequence[SuiteTicket]:
        if split not in SPLITS:
            raise IndexError(f"no split {split!r}; splits: {', '.join(SPLITS)}")
        return suite(cast("TicketSplit", split))

    def _open(self) -> None:
        if self._closed:
            raise UsageError("this session has ended (idle for too long?); connect again")

    def _seen(
        self,
        observation: Mapping[str, Any],
        info: Mapping[str, Any],
        reward: float = 0.0,
        done: bool = False,
    ) -> DeliveryObservation:
        self._state = DeliveryState(
            episode_id=self._state.episode_id,
            step_count=info["steps_used"],
            ticket_id=info["ticket_id"],
            stage=observation["stage"],
            ending=info["ending"],
        )
        result = {"result": info["result"]} if done else {}
        return DeliveryObservation(**observation, reward=reward, done=done, metadata=result)


def create_app(max_sessions: int = 8, session_timeout: float = 1800.0, **options: Any) -> Any:
    """The server as an ASGI application.

    Args:
        max_sessions: deliveries at a time; more are refused.
        session_timeout: seconds after which an idle session is closed. It is looked for every
            quarter of that, and at most every five seconds. With `execution="live"` it has to be
            longer than a training run.
        options: as for `gym.make("FDE-v0", ...)`, the same for all sessions.

    Returns:
        A FastAPI application.
    """
    return openenv_app(
        partial(DeliveryEnvironment, **options),
        DeliveryAction,
        DeliveryObservation,
        env_name=NAME,
        concurrency_config=ConcurrencyConfig(
            max_concurrent_envs=max_sessions, session_timeout=session_timeout
        ),
        state_cls=DeliveryState,
    )


def __getattr__(name: str) -> Any:
    # `openenv.yaml` names this; made on use, so that importing the module starts nothing.
    if name == "app":
        return create_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main() -> None:
    """Serve until interrupted; by default to this machine alone."""
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--max-sessions", type=int, default=8)
    parser.add_argument("--session-timeout", type=float, default=1800.0, help="seconds")
    parser.add_argument("--execution", default="replay", choices=("replay", "auto", "live"))
    given = parser.parse_args()
    app = create_app(given.max_sessions, given.session_timeout, execution=given.execution)
    uvicorn.run(app, host=given.host, port=given.port)


if __name__ == "__main__":
    main()
