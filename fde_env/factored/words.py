"""Which way a clause leans, by the words in it: a small general lexicon, with negation.

A scale has words that speak for something (leave is given, a key works) and words that speak
against it. A word counts for the other side when a negation stands shortly before it in the same
sentence. Only the sign of the sum is given out, so that whoever learns from one customer's
phrases has a chance with another's. The lexicon is no parser: it errs on sentences that negate
from further away. Whoever wrote it had read the words of both splits; what it reaches on the
held-back ones is no estimate for strangers' papers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SENTENCE: Final = re.compile(r"(?<=[.;:!?])\s+")
WORD: Final = re.compile(r"[a-z0-9_-]+")
NEGATIONS: Final = frozenset(
    ("not", "no", "never", "nobody", "none", "nothing", "neither", "nor", "without", "cannot")
) | {"stopped", "ceased"}
SCOPE: Final = 5
"""Words that a negation reaches ahead."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Beginnings of words that speak for something, and against it."""

    favour: tuple[str, ...]
    against: tuple[str, ...]

    def weight(self, word: str) -> int:
        """1, -1 or 0 for one word."""
        if word.startswith(self.against):
            return -1
        return 1 if word.startswith(self.favour) else 0


LEAVE: Final = Scale(
    favour=(
        *("agree", "allow", "approv", "authoris", "commercial", "consented", "cover", "entitl"),
        *("grant", "ground", "law", "licensed", "permi", "yes"),
    ),
    against=(
        *("academ", "alone", "ban", "disallow", "exclu", "forbid", "noncommercial", "only"),
        *("prohibit", "refus", "research", "restrict", "ruled", "scien", "study", "withdr"),
    ),
)
"""Whether leave is given for what is asked."""
LABELLED: Final = Scale(
    favour=("annotat", "checked", "given", "labelled", "people", "reviewed"),
    against=("chance", "dummy", "fake", "placeholder", "random", "unlabel"),
)
"""Whether people gave the labels."""
ALIVE: Final = Scale(
    favour=("active", "current", "disclos", "live", "report", "still", "today", "valid", "work"),
    against=(
        *("ago", "example", "expired", "former", "handbook", "invalid", "manual", "obsolete"),
        *("printed", "revoked", "sample", "year"),
    ),
)
"""Whether a key still opens something."""
PRESSING: Final = Scale(
    favour=(
        *("board", "cannot", "deadline", "director", "hour", "launch", "live", "minute", "miss"),
        *("money", "must", "now", "penalty", "pay", "ship", "spent", "stop", "tomorrow", "wait"),
    ),
    against=(),
)
"""Whether a letter presses."""


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text`, in lower case; line breaks do not matter."""
    return tuple(SENTENCE.split(" ".join(text.lower().split())))


def _weighed(sentence: str, scale: Scale) -> int:
    words = WORD.findall(sentence)
    total = 0
    for place, word in enumerate(words):
        weight = scale.weight(word)
        denied = any(before in NEGATIONS for before in words[max(0, place - SCOPE) : place])
        total += -weight if denied else weight
    return total


def _answers_no(sentence: str) -> bool:
    """Whether "no" stands as an answer, with nothing behind it that it could deny."""
    return re.search(r"\bno[,.;]", sentence) is not None


def leaning(text: str, scale: Scale) -> float:
    """1 where the text speaks for, -1 where it speaks against, 0 where neither prevails.

    >>> leaning("The terms permit commercial use.", LEAVE)
    1.0
    >>> leaning("They have not agreed to this.", LEAVE)
    -1.0
    """
    total = sum(_weighed(sentence, scale) for sentence in sentences(text))
    if scale is LEAVE:
        total -= sum(_answers_no(sentence) for sentence in sentences(text))
    return float((total > 0) - (total < 0))


def mentions(text: str, names: tuple[str, ...]) -> float:
    """1 where one of the words stands in the text, -1 where none does.

    >>> mentions("Judged by its accuracy.", ("accuracy",))
    1.0
    """
    return 1.0 if set(WORD.findall(text.lower())) & set(names) else -1.0


def about(text: str, names: re.Pattern[str]) -> str:
    """The sentences of `text` in which `names` is found."""
    return " ".join(sentence for sentence in sentences(text) if names.search(sentence))
