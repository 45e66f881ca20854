"""A model in the seat: what is the same for every provider.

Observation in, request out, tool call back, action out. Whatever the model sends goes to the
environment as it is, which alone decides what is valid; its explanation returns to the model as
the result of that call. Rewards and verdicts are no part of an observation, so none is shown.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Protocol

from fde_agents.base import Observation
from fde_agents.dialogue import UNREADABLE, Answer, Call, Dialogue, Exchange
from fde_agents.prompt import system_prompt
from fde_agents.retry import AttemptFailed, Backoff, ContextFull
from fde_agents.settings import Settings
from fde_agents.sight import Sight, begins
from fde_agents.toolbox import ToolCard, toolbox
from fde_agents.transcript import Entry, Transcript
from fde_agents.usage import Meter, Usage
from fde_env.contract.action import ARGUMENTS_OF
from fde_env.contract.base import digest_of
from fde_env.errors import AgentRefused, NoUsableAction

NO_CALL: Final = "no_tool_call"
WRONG: Final = MappingProxyType(
    {
        NO_CALL: "Your answer held no tool call. Call one of the tools.",
        UNREADABLE: "Your tool call was not valid JSON. Send it again.",
    }
)
CUT: Final = "Your answer was cut off at its length limit; be briefer."
UNTOLD: Final = "What came of this call is not shown."
FIRST_GUESS: Final = 3.0
"""Characters a token, until the provider has counted a prompt."""
SHORTENINGS: Final = 4
LESS: Final = 0.75
NO_ROOF: Final = 10**9


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a provider."""

    system: str
    tools: tuple[ToolCard, ...]
    dialogue: Dialogue
    max_tokens: int
    talk: bool = False
    """Whether words are asked for, and no tool call."""


class Provider(Protocol):
    """Whoever serves the model."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Keys that must never be written down."""
        ...

    def left_out(self) -> tuple[str, ...]:
        """Parts of a request that the server did not take and that are left out since."""
        ...

    def reseed(self, seed: int) -> None:
        """Start sampling at `seed`, where that can be chosen."""
        ...

    def ask(self, request: Request) -> Answer:
        """One try.

        Raises:
            AttemptFailed: it failed; says whether to try again.
        """
        ...


class ModelPolicy:
    """A policy that asks a model.

    One object serves one episode after the other, and starts anew with each.
    `copy.deepcopy` (or `fork`) gives an independent policy at the same point of the dialogue.

    Args:
        provider: whoever serves the model.
        settings: limits, budget and prices.
        backoff: pauses between tries; the settings' number of tries by default.
    """

    def __init__(
        self, provider: Provider, settings: Settings, backoff: Backoff | None = None
    ) -> None:
        self._provider, self._settings = provider, settings
        self._backoff = backoff or Backoff(settings.tries)
        self._per_token = FIRST_GUESS
        self._seen: Observation | None = None
        self._dialogue, self._sight = Dialogue(""), Sight()
        self._answer: Answer | None = None
        self._queue: list[Call] = []
        self._results: list[str] = []
        self._idle, self._roof = 0, NO_ROOF
        self._meter = Meter(settings.budget, settings.prices)
        self._transcript = Transcript(provider.secrets)

    # What a benchmark records

    @property
    def usage(self) -> Usage:
        """Tokens, requests, retries and dollars of the present episode."""
        return self._meter.usage

    @property
    def transcript(self) -> list[Entry]:
        """Every message of the present episode, JSON-able, without any key."""
        return self._transcript.entries()

    def fork(self) -> ModelPolicy:
        """An independent policy at this point of the dialogue."""
        return copy.deepcopy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> ModelPolicy:
        """Everything is copied but the provider, which holds connections and no dialogue."""
        twin = copy.copy(self)
        own = {
            "_queue": list(self._queue),
            "_results": list(self._results),
            "_meter": copy.copy(self._meter),
            "_transcript": copy.deepcopy(self._transcript, memo),
        }
        twin.__dict__.update(own)
        return twin

    # The policy

    def act(self, observation: Observation) -> dict[str, Any]:
        """The model's next call as an action.

        Raises:
            AgentRefused: the model declines to act.
            NoUsableAction: it went on for too long without a usable call.
            BudgetSpent: tokens or dollars of the episode are used up.
            ProviderError: the provider failed, after all tries.
        """
        if begins(observation, self._seen):
            text, self._sight = Sight().tell(observation)
            self._begin(text)
        else:
            text, self._sight = self._sight.tell(observation)
            self._hear(text)
        self._seen = observation
        if not self._queue:
            self._answer = self._ask()
            self._queue = list(self._answer.calls) or [Call("", NO_CALL, {})]
        call = self._queue[0]
        return {"tool": call.tool, "arguments": call.arguments}

    def ask(self, question: str) -> str:
        """The model's answer in words to a question outside the delivery; nothing is called.

        Raises:
            SeatError: as `act`.
        """
        if self._answer is not None and self._queue:
            # What came of the call must not colour the answer.
            untold = [UNTOLD] * len(self._queue)
            self._dialogue = self._dialogue.then(Exchange(self._answer, (*self._results, *untold)))
        self._queue, self._results = [], []
        self._dialogue = self._dialogue.added(question)
        self._transcript.add("user", text=question)
        answer = self._counted(talk=True)
        silence = ("",) * max(1, len(answer.calls))
        self._dialogue = self._dialogue.then(Exchange(answer, silence))
        return answer.text

    def reseed(self, seed: int) -> None:
        """Start the sampling of a local model at `seed`; providers draw their own."""
        self._provider.reseed(seed)

    # One episode

    def _begin(self, text: str) -> None:
        self._dialogue, self._answer = Dialogue(text), None
        self._queue, self._results = [], []
        self._idle, self._roof = 0, NO_ROOF
        self._meter = Meter(self._settings.budget, self._settings.prices)
        self._transcript = Transcript(self._provider.secrets)
        cards = [[card.name, card.description, card.parameters] for card in toolbox()]
        self._transcript.add(
            "system",
            text=system_prompt(),
            settings=self._settings.model_dump(mode="json", exclude_none=True),
            left_out=list(self._provider.left_out()),
            tools=[card.name for card in toolbox()],
            tools_digest=digest_of(cards),
        )
        self._transcript.add("user", text=text)

    def _hear(self, text: str) -> None:
        """File what the environment says to the call that it has just been sent."""
        if self._answer is None or not self._queue:
            # The last request failed; what is seen now is what is answered.
            return
        call = self._queue.pop(0)
        if _cut(self._answer):
            text = f"{CUT}\n\n{text}"
        elif call.tool in WRONG:
            text = f"{WRONG[call.tool]}\n\n{text}"
        self._results.append(text)
        self._transcript.add("tool" if call.id else "user", call=call.id, text=text)
        if not self._queue:
            self._dialogue = self._dialogue.then(Exchange(self._answer, tuple(self._results)))
            self._results = []

    def _ask(self) -> Answer:
        """The model's answer to the dialogue so far, judged for use."""
        answer = self._counted(talk=False)
        usable = any(c.tool in ARGUMENTS_OF and isinstance(c.arguments, dict) for c in answer.calls)
        self._idle = 0 if usable else self._idle + 1
        if self._idle >= self._settings.idle_limit:
            raise NoUsableAction(
                f"{self._idle} answers in a row held no usable tool call; the last one ended by "
                f"{answer.stop!r} with {len(answer.text)} characters of text"
            )
        return answer

    def _counted(self, *, talk: bool) -> Answer:
        answer = self._request(talk=talk)
        self._meter.count(answer.tokens)
        self._transcript.add(
            "assistant",
            content=list(answer.native),
            stop=answer.stop,
            refusal=answer.refusal,
            tokens=answer.tokens.model_dump(),
        )
        if answer.refusal is not None:
            raise AgentRefused(f"the model declines to act: {answer.refusal or 'no reason given'}")
        return answer

    def _request(self, *, talk: bool) -> Answer:
        fixed = len(system_prompt()) + sum(_size(card) for card in toolbox())
        for _ in range(SHORTENINGS):
            self._fit(min(self._roof, self._room() - fixed))
            size = fixed + self._dialogue.size()
            allowed = self._meter.allowance(int(size / self._per_token), self._settings.max_tokens)
            request = Request(system_prompt(), toolbox(), self._dialogue, allowed, talk)
            try:
                answer = self._backoff.persist(partial(self._provider.ask, request), self._failed)
            except ContextFull as full:
                # The model takes less than was thought; that holds for the whole episode.
                error, self._roof = full.error, int(self._dialogue.size() * LESS)
                self._transcript.add("note", text=f"prompt too long: {error}")
            else:
                if answer.tokens.input:
                    self._per_token = size / answer.tokens.input
                return answer
        raise error from None

    def _room(self) -> int:
        """Characters that prompt and tools may take, by what a token has been worth so far."""
        whole = self._settings.context_tokens
        return int((whole - min(self._settings.max_tokens, whole // 2)) * self._per_token)

    def _fit(self, limit: int) -> None:
        shorter = self._dialogue.shortened(max(limit, 2_000))
        if shorter is not self._dialogue:
            self._transcript.add(
                "note",
                text=f"the dialogue is shortened from {self._dialogue.size()} to "
                f"{shorter.size()} characters",
            )
            self._dialogue = shorter

    def _failed(self, failure: AttemptFailed) -> None:
        self._meter.count_retry()
        kind = type(failure.error).__name__
        self._transcript.add("note", text=f"request failed, tried again: {kind}: {failure.error}")


def _cut(answer: Answer) -> bool:
    return answer.stop in ("max_tokens", "length", "max_output_tokens")


def _size(card: ToolCard) -> int:
    return len(card.name) + len(card.description) + len(str(card.parameters))
