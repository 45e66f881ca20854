"""TRL's `GRPOTrainer(environment_factory=...)`: one flat, typed, documented method a tool.

    from functools import partial
    from datasets import Dataset
    from fde_env.bridges.grpo import DeliveryTools, ticket_rows

    trainer = GRPOTrainer(
        model=...,
        train_dataset=Dataset.from_list(ticket_rows()),
        environment_factory=partial(DeliveryTools, pressure="deadline"),
        args=GRPOConfig(...),
    )

TRL makes one object a rollout, calls `reset(**row)` and adds what it returns to the user's
message, offers every other public method to the model as a tool, and asks `get_reward()` when the
rollout is over. It has no signal for the end of an episode, so every call after it is answered
with `EPISODE OVER`; and it shows a tool's exception to the model and goes on, so a platform's
failure is raised a second time by `get_reward`, where TRL lets it through: such a rollout has no
score. Written against TRL 1.16.

No trainer is imported here. `examples/grpo.py` runs one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Final

from fde_agents.prompt import system_prompt
from fde_agents.sight import Sight
from fde_agents.toolbox import toolbox
from fde_env.bridges.flat import nested, parameters
from fde_env.env import FDEDeliveryEnv
from fde_env.errors import InfrastructureError, UsageError
from fde_env.suite.tickets import SuiteTicket, find_ticket, suite

OVER: Final = "EPISODE OVER"


def _method(tool: str, about: str) -> Callable[..., str]:
    """A method with the signature and the docstring that `tool`'s model asks for."""

    def method(self: Any, **arguments: Any) -> str:
        told: str = self._play(tool, arguments)
        return told

    taken = parameters(tool)
    lines = [about]
    if taken:
        lines += ["", "Args:", *(f"    {item.name}: {item.about}" for item in taken)]
    by_name = inspect.Parameter.KEYWORD_ONLY
    arguments = [inspect.Parameter(item.name, by_name, annotation=item.hint) for item in taken]
    receiver = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    # What a model calls wrongly shall be answered by the environment, as a malformed action that
    # costs a step, so the function itself takes whatever comes.
    described = {
        "__name__": tool,
        "__qualname__": f"DeliveryTools.{tool}",
        "__doc__": "\n".join(lines),
        "__annotations__": {item.name: item.hint for item in taken} | {"return": str},
        "__signature__": inspect.Signature([receiver, *arguments], return_annotation=str),
    }
    for name, value in described.items():
        setattr(method, name, value)
    return method


def _with_tools(owner: type[DeliveryTools]) -> type[DeliveryTools]:
    """Give the class its methods, one for each card of the toolbox."""
    for card in toolbox():
        setattr(owner, card.name, _method(card.name, card.description))
    return owner


@_with_tools
class DeliveryTools:
    """A delivery as TRL wants it: `reset`, `get_reward`, and a method for each of the tools.

    Args:
        options: as for `gym.make("FDE-v0", ...)`, and `store`; `execution` is "replay" unless
            said otherwise, since a group of rollouts shall not wait for training.

    Raises:
        UsageError: an option is unknown.
    """

    def __init__(self, **options: Any) -> None:
        self._env = FDEDeliveryEnv(**{"execution": "replay", "unrecorded": "end", **options})
        self._sight = Sight()
        self._over = True
        self._begun = False
        self._failure: InfrastructureError | None = None

    def reset(self, ticket: str | None = None, seed: int | None = None, **row: Any) -> str:
        """Start a delivery.

        Args:
            ticket: id of a ticket of the suite; None delivers what the options say.
            seed: seeds what the options leave open.
            row: the data set's other columns, unused.

        Returns:
            What the agent sees first.

        Raises:
            UsageError: the suite has no such ticket, or the row does not say which is delivered,
                so that the rollouts of a group would not be comparable.
            InfrastructureError: the platform failed.
        """
        del row
        if ticket is None and seed is None and self._env.options.seed is None:
            raise UsageError(
                "each row needs a `ticket` or a `seed`; `ticket_rows()` makes such rows"
            )
        options = {}
        if ticket is not None:
            chosen = find_ticket(ticket).options
            options = {name: getattr(chosen, name) for name in chosen.model_fields_set}
        self._failure, self._sight = None, Sight()
        observation, _ = self._env.reset(seed=seed, options=options)
        self._begun, self._over = True, False
        text, self._sight = self._sight.tell(observation)
        return text

    def get_reward(self) -> float:
        """Return of the delivery where it stands, 0 to 1; a rollout that stopped early ends here.

        Raises:
            InfrastructureError: the platform failed during this rollout, which has no score.
            UsageError: there was no `reset`.
        """
        if self._failure is not None:
            raise self._failure
        if not self._begun:
            raise UsageError("call reset() first")
        self._over = True
        return float(self._env.give_up().reward)

    def _play(self, tool: str, arguments: dict[str, Any]) -> str:
        """Play one call and tell what is seen; neither reward nor verdict is."""
        if self._failure is not None:
            raise self._failure
        if self._over:
            return OVER
        try:
            action = {"tool": tool, "arguments": nested(tool, arguments)}
            observation, _, terminated, truncated, _ = self._env.step(action)
        except InfrastructureError as failure:
            self._failure = failure
            raise
        text, self._sight = self._sight.tell(observation)
        self._over = terminated or truncated
        return f"{text}\n\n{OVER}" if self._over else text


def ticket_rows(tickets: Iterable[SuiteTicket] | None = None) -> list[dict[str, Any]]:
    """Rows of a training set: the system prompt and a ticket's id, for `Dataset.from_list`.

    Args:
        tickets: those of the suite's training split by default; `fde_env.suite.tickets.suite`
            has both splits.

    Returns:
        One row a ticket, with the columns `prompt` (messages; the first observation is added by
        `reset`) and `ticket`.
    """
    # Made anew for each row, since trainers change messages in place.
    return [
        {
            "prompt": [
                {"role": "system", "content": system_prompt()},
                {"role": "user", "content": ""},
            ],
            "ticket": ticket.ticket_id,
        }
        for ticket in (suite("train") if tickets is None else tickets)
    ]
