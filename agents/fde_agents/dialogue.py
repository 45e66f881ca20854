"""The conversation of an episode in no provider's form, and how a long one is shortened.

A tool call and its result are kept or dropped together, since every provider rejects one
without the other. Shortening also drops the model's hidden thinking: providers sign it over
all that came before, and reject it once earlier turns have changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from fde_agents.usage import Tokens

KEPT_WHOLE: Final = 6
KEPT_AT_ALL: Final = 2
# Shortened well below the limit, so that prompt caches hold for many turns afterwards.
ROOM: Final = 0.6
STUB: Final = "(left out to save room; call the tool again if you need it)"
UNREADABLE: Final = "unreadable_tool_call"
THOUGHTS: Final = frozenset({"thinking", "redacted_thinking", "reasoning"})


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the model: arguments are a dict, or whatever came instead of one."""

    id: str
    tool: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a model; `native` is its wire form, to be sent back in later requests."""

    calls: tuple[Call, ...]
    text: str
    native: tuple[dict[str, Any], ...]
    tokens: Tokens
    stop: str
    refusal: str | None = None

    def without_thoughts(self) -> Answer:
        """The answer as it can be sent back after earlier turns have changed."""
        kept = []
        for item in self.native:
            kind = item.get("type")
            if kind in THOUGHTS:
                continue
            # An item's id ties it to the reasoning item that went; a call is known by call_id.
            drop = {"reasoning_content", "reasoning", *(["id"] if "call_id" in item else [])}
            kept.append({key: value for key, value in item.items() if key not in drop})
        return replace(self, native=tuple(kept))


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer and what came of it: a text for each call, or one text when there was none."""

    answer: Answer
    results: tuple[str, ...]

    def size(self) -> int:
        """Characters that it takes in a prompt, about."""
        native = json.dumps(self.answer.native, ensure_ascii=False)
        return len(native) + sum(len(text) for text in self.results)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The first message and all exchanges since."""

    opening: str
    exchanges: tuple[Exchange, ...] = ()
    dropped: int = 0

    def then(self, exchange: Exchange) -> Dialogue:
        """With one exchange more."""
        return replace(self, exchanges=(*self.exchanges, exchange))

    def added(self, text: str) -> Dialogue:
        """With `text` behind whatever the model was told last."""
        if not self.exchanges:
            return replace(self, opening=f"{self.opening}\n\n{text}")
        *before, last = self.exchanges
        told = f"{last.results[-1]}\n\n{text}".strip()
        exchange = replace(last, results=(*last.results[:-1], told))
        return replace(self, exchanges=(*before, exchange))

    def size(self) -> int:
        """Characters that it takes in a prompt, about."""
        return len(self.opening) + sum(exchange.size() for exchange in self.exchanges)

    @property
    def first_message(self) -> str:
        """The opening, with a word about what was dropped behind it."""
        if not self.dropped:
            return self.opening
        return f"{self.opening}\n\n({self.dropped} earlier tool calls are left out to save room.)"

    def shortened(self, limit: int) -> Dialogue:
        """The dialogue in at most `limit` characters, as far as that can be done.

        Unchanged when it fits. Else old results become a stub, then the oldest exchanges go,
        and at last the longest texts lose their middle.
        """
        if self.size() <= limit:
            return self
        target = int(limit * ROOM)
        bare = tuple(
            replace(exchange, answer=exchange.answer.without_thoughts())
            for exchange in self.exchanges
        )
        found = replace(self, exchanges=bare)
        for index in range(max(0, len(bare) - KEPT_WHOLE)):
            if found.size() <= target:
                return found
            found = _stubbed(found, index)
        while found.size() > target and len(found.exchanges) > KEPT_AT_ALL:
            oldest, *rest = found.exchanges
            gone = max(1, len(oldest.answer.calls))
            found = replace(found, exchanges=tuple(rest), dropped=found.dropped + gone)
        return found if found.size() <= limit else _clipped(found, target)


def _stubbed(dialogue: Dialogue, index: int) -> Dialogue:
    """Without the results of one exchange."""
    exchanges = list(dialogue.exchanges)
    old = exchanges[index]
    texts = tuple(STUB if len(text) > len(STUB) else text for text in old.results)
    exchanges[index] = replace(old, results=texts)
    return replace(dialogue, exchanges=tuple(exchanges))


def _clipped(dialogue: Dialogue, target: int) -> Dialogue:
    """With every text cut to its share of `target` characters."""
    texts = 1 + sum(len(exchange.results) for exchange in dialogue.exchanges)
    share = max(200, target // (texts + 1))
    cut = tuple(
        replace(exchange, results=tuple(clip(text, share) for text in exchange.results))
        for exchange in dialogue.exchanges
    )
    return replace(dialogue, opening=clip(dialogue.opening, share), exchanges=cut)


def clip(text: str, limit: int) -> str:
    """`text` in about `limit` characters: its beginning and its end."""
    if len(text) <= limit:
        return text
    note = f"\n({len(text) - limit} characters left out to save room)\n"
    return text[: limit // 2] + note + text[len(text) - limit // 2 :]
