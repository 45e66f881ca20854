"""How a row becomes a prompt, and an intent a completion.

A prompt ends in a colon and a completion begins with a blank: byte-level BPE never
merges across that border, so tokens(prompt + completion) are tokens(prompt) followed
by tokens(completion), and a label can be scored behind a cached prompt.
"""

from __future__ import annotations

from typing import Literal

from fde_env.tickets.domain import Domain

Context = Literal["message_only", "whole_thread"]
PromptFormat = Literal["intent_line", "support_form"]


def render(text: str, thread: str, context: Context, prompt_format: PromptFormat) -> str:
    """The prompt for one row; `thread` is used under `whole_thread` only."""
    body = f"{thread}\n{text}" if context == "whole_thread" and thread else text
    if prompt_format == "intent_line":
        return f"Message: {body}\nIntent:"
    return f"Form: {body}\nTopic of this case:"


def completion(intent: str) -> str:
    """The completion that names `intent`."""
    return f" {intent}"


def completions(domain: Domain) -> tuple[str, ...]:
    """The completions of all intents, in the order of `domain.intents`."""
    return tuple(completion(intent) for intent in domain.intents)
