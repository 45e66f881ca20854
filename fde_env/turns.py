"""What actions do to an episode: budgets, faults as words, letters as they arrive."""

from __future__ import annotations

import copy
from typing import Any, Final

from fde_env.contract.action import READ_TOOLS, STAGE_OF_TOOL
from fde_env.episode import Episode
from fde_env.errors import AgentFault, MalformedAction, OutOfOrder
from fde_env.observation import Left, Observation, observe
from fde_env.parse import parse_action
from fde_env.stats.eprocess import explain
from fde_env.tools import TOOLS

STEP_BUDGET: Final = 200
READ_BUDGET: Final = 40


class Turns:
    """An episode that takes raw actions, one a turn, and answers each in words.

    Attributes:
        episode: the delivery.
        taken: turns so far, `STEP_BUDGET` at most.
    """

    def __init__(self, episode: Episode) -> None:
        self.episode = episode
        self.taken = self._reads = 0

    def open(self) -> Observation:
        """What is seen before the first turn."""
        ticket = self.episode.ticket
        message = (
            f"Ticket {ticket.ticket_id} of {ticket.company}. Read what you need, then submit the "
            "ten stages in order, beginning with submit_intake."
        )
        return self._observe(message + self._letters("intake"), "")

    def take(self, raw: Any) -> Observation:
        """Play one action, whatever it is.

        Raises:
            InfrastructureError: the platform failed.
        """
        self.taken += 1
        before = len(self.episode.records)
        message, result = self._play(raw)
        if self.episode.running() and self.taken >= STEP_BUDGET:
            self.episode.break_off("truncated")
            message += " The step budget is spent; the delivery ends here."
        if len(self.episode.records) > before:
            self._reads = 0
            if self.episode.running() and self.episode.stage == "deploy":
                message += self._letters("deploy")
        return self._observe(message, result)

    def end_unrecorded(self) -> Observation:
        """End the delivery for want of a recorded run, and say so."""
        self.episode.break_off("unrecorded")
        return self._observe(
            "Nobody has trained this handling, and nothing is trained here; the delivery ends.", ""
        )

    def fork(self) -> Turns:
        """An independent copy.

        Raises:
            UsageError: a live run is paused; its process cannot be doubled.
        """
        twin = copy.copy(self)
        twin.episode = self.episode.fork()
        return twin

    def _play(self, raw: Any) -> tuple[str, str]:
        """Message and tool result of one action; faults become messages."""
        try:
            action = parse_action(raw)
            if action.tool in READ_TOOLS:
                return "", self._read(action.tool, action.arguments)
            stage = STAGE_OF_TOOL[action.tool]
            return self.episode.submit(stage, action.arguments) + self._alarm_text(), ""
        except MalformedAction as fault:
            return f"Malformed action, nothing was taken: {fault}", ""
        except AgentFault as fault:
            return f"Not possible, nothing was taken: {fault}", ""

    def _read(self, tool: str, arguments: Any) -> str:
        if self._reads >= READ_BUDGET:
            raise OutOfOrder(
                f"the {READ_BUDGET} read calls of this stage are used up; submit_"
                f"{self.episode.stage} comes next"
            )
        self._reads += 1
        return TOOLS[tool](self.episode.view(), arguments)

    def _alarm_text(self) -> str:
        alarm = self.episode.alarm
        if alarm is None:
            return ""
        return f" {explain(alarm.kind, alarm.step)}" + self._letters("alarm")

    def _letters(self, occasion: str) -> str:
        letters = [item for item in self.episode.ticket.inbox if item.occasion == occasion]
        return "".join(f"\n\nFrom: {item.sender}\n{item.text}" for item in letters)

    def _observe(self, message: str, result: str) -> Observation:
        left = Left(steps=STEP_BUDGET - self.taken, reads=READ_BUDGET - self._reads)
        return observe(self.episode, message, result, left)
