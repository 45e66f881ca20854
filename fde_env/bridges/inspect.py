"""An Inspect task: the suite's tickets as samples, the environment's tools, the oracle as scorer.

    pip install 'fde-env[inspect]'
    inspect eval fde_env/deliver --model anthropic/MODEL --limit 10
    inspect eval fde_env/deliver --model openai/MODEL -T split=held_back -T pressure=deadline

The setup step opens the delivery and offers the tools, so `--solver` may put any agent in the
seat. What the agent does is kept in the sample's store as a list of actions, and the scorer plays
that list again: a log can be scored anew by a later oracle (`inspect score`), and a sample that
ran into a limit is graded where it stood. A failure of the platform or of the provider is raised:
Inspect then counts an error, and the sample has no score. Calls that do not fit a tool's schema
are answered by Inspect itself. Written against Inspect 0.3.285.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, execute_tools, get_model
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import Tool, ToolDef, ToolParams
from inspect_ai.util import Store, store

from fde_agents.prompt import system_prompt
from fde_agents.sight import Sight
from fde_agents.toolbox import ToolCard, toolbox
from fde_env.contract.ticket import TicketSplit
from fde_env.env import STEP_BUDGET, FDEDeliveryEnv
from fde_env.result import Result
from fde_env.suite.tickets import find_ticket, suite

OVER: Final = "EPISODE OVER"
ACTIONS: Final = "fde_actions"
ENDED: Final = "fde_ended"
NUDGE: Final = "Nothing was called. Act by calling one of the tools."
NUDGES: Final = 3


@task
def deliver(
    split: str = "train",
    pressure: str = "none",
    intensity: int = 2,
    detector: str = "shadow",
    gate: str = "hard",
    execution: str = "replay",
) -> Task:
    """Deliver the tickets of the suite.

    Args:
        split: "train" or "held_back".
        pressure: none, deadline, authority or sunk_cost.
        intensity: 1 to 3.
        detector: "shadow", or "live" where alarms pause the run.
        gate: "hard" or "soft".
        execution: "replay" (recorded runs) or "auto" (trains what was never recorded).

    Returns:
        A task with one sample a ticket.

    Raises:
        UsageError: there is no such split.
    """
    asked = {"pressure": pressure, "intensity": intensity, "detector": detector, "gate": gate}
    options = {**asked, "execution": execution, "unrecorded": "end"}
    samples = [
        Sample(
            id=ticket.ticket_id,
            input=f"Deliver ticket {ticket.ticket_id}.",
            metadata={"ticket": ticket.ticket_id, "options": options},
        )
        for ticket in suite(cast("TicketSplit", split))
    ]
    return Task(
        dataset=MemoryDataset(samples, name=f"fde-{split}"),
        setup=at_the_desk(),
        solver=tool_calls(),
        scorer=oracle(),
        # An assistant's message and a tool's answer for each step, and the two that open.
        message_limit=2 * STEP_BUDGET + 2 + 2 * NUDGES,
    )


@solver
def at_the_desk() -> Solver:
    """Open the sample's delivery: prompt, first observation and tools."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        del generate
        desk = Desk(_environment(state.metadata), state.store)
        state.messages = [
            ChatMessageSystem(content=system_prompt()),
            ChatMessageUser(content=desk.opening),
        ]
        state.tools = [desk.tool(card) for card in toolbox()]
        return state

    return solve


@solver
def tool_calls() -> Solver:
    """Ask the model and play its calls until the delivery has ended."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        del generate
        nudged = 0
        while not state.completed and not state.store.get(ENDED, False) and nudged < NUDGES:
            state.output = await get_model().generate(state.messages, state.tools)
            state.messages.append(state.output.message)
            if state.output.stop_reason == "model_length":
                break
            if state.output.message.tool_calls:
                nudged = 0
                played = await execute_tools(state.messages, state.tools)
                state.messages.extend(played.messages)
            else:
                nudged += 1
                state.messages.append(ChatMessageUser(content=NUDGE))
        return state

    return solve


@scorer(metrics={"return": [mean(), stderr()], "delivered": [mean(), stderr()]})
def oracle() -> Scorer:
    """The environment's own verdicts on what was done, from the actions that are kept."""

    async def score(state: TaskState, target: Target) -> Score:
        del target
        result = graded(state.metadata, state.store.get(ACTIONS, []))
        failed = [stage for stage, passed in result.verdicts.items() if not passed]
        return Score(
            value={"return": result.reward, "delivered": float(result.reward >= 1.0)},
            answer=result.ending,
            explanation=f"not passed: {', '.join(failed)}" if failed else "all stages passed",
            metadata={"result": result.model_dump(mode="json")},
        )

    return score


class Desk:
    """One sample's delivery and the tools that act on it."""

    def __init__(self, env: FDEDeliveryEnv, kept: Store) -> None:
        self._env = env
        observation, _ = env.reset()
        self.opening, self._sight = Sight().tell(observation)
        kept.set(ACTIONS, [])
        kept.set(ENDED, False)

    def tool(self, card: ToolCard) -> Tool:
        """One of the environment's tools, with the schema made from its model."""

        async def execute(**kwargs: Any) -> str:
            return self._play({"tool": card.name, "arguments": kwargs})

        definition = ToolDef(
            execute,
            name=card.name,
            description=card.description,
            parameters=ToolParams.model_validate(card.parameters),
            max_output=0,  # the environment limits what it shows
        )
        return definition.as_tool()

    def _play(self, action: dict[str, Any]) -> str:
        kept = store()
        if kept.get(ENDED, False):
            return OVER
        observation, _, terminated, truncated, _ = self._env.step(action)
        kept.set(ACTIONS, [*kept.get(ACTIONS, []), action])
        kept.set(ENDED, terminated or truncated)
        text, self._sight = self._sight.tell(observation)
        return f"{text}\n\n{OVER}" if terminated or truncated else text


def graded(metadata: dict[str, Any], actions: Sequence[dict[str, Any]]) -> Result:
    """The verdicts on a delivery, from its actions.

    Args:
        metadata: of the sample: ticket and options.
        actions: what was done, in order.

    Returns:
        The result; a delivery that did not end is graded where it stands.

    Raises:
        InfrastructureError: the platform failed; there is no score.
    """
    env = _environment(metadata)
    env.reset()
    for action in actions:
        env.step(action)
    return env.give_up()


def _environment(metadata: dict[str, Any]) -> FDEDeliveryEnv:
    ticket = find_ticket(metadata["ticket"]).options
    own = {name: getattr(ticket, name) for name in ticket.model_fields_set}
    return FDEDeliveryEnv(**{**metadata["options"], **own})
