"""A seeded generator of customer messages and of the threads quoted before them.

The share of ambiguous messages bounds what any model can learn. Plain messages vary
by paraphrase, opener, detail, politeness, other products named in passing and typos.
Only a `random.Random` that is handed in is drawn from, so a seed gives the same text
on every machine.
"""

from __future__ import annotations

import hashlib
import random
import re
from typing import Final

from fde_env.tickets.domain import Domain

TWO_TOPICS: Final = 0.20
"""Share of messages that bring up two intents; one of them is the label."""
MAIN_FIRST: Final = 0.80
"""Of those, the share that bring up the labelled one first."""
VAGUE: Final = 0.06
"""Share of messages that leave the product or the problem open."""
IN_PASSING: Final = 0.13
"""Share of messages that name another product which is not the matter."""
TYPO: Final = 0.08
PRETRAINING_SHARE: Final = 64
"""Of 256: the part of all possible texts that only pre-training may use."""

_OPENERS: Final = (
    "Hi,",
    "Hello,",
    "Good morning,",
    "Hi there,",
    "Dear team,",
    "Sorry to bother you,",
    "Quick question:",
    "Please help,",
    "Once more:",
    "I am getting annoyed,",
)
_CLOSERS: Final = (
    "Thanks.",
    "Many thanks!",
    "Please advise.",
    "What now?",
    "Can you help?",
    "This is urgent.",
    "Thank you in advance.",
    "Please answer soon.",
    "I expected better.",
    "Cheers",
)
_PASSING: Final = (
    "my {o} is fine, but {c}",
    "last month it was the {o}, now {c}",
    "{c}, while the {o} works well",
    "{c}, unlike the {o}",
    "I am happy with my {o}, only {c}",
)
_BOTH: Final = (
    "{a} and {b}",
    "{a}, also {b}",
    "{a}; besides, {b}",
    "{a}, and then {b}",
)
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")


def normalised(text: str) -> str:
    """Lower case, words only: two texts that share this are duplicates."""
    return _NOT_WORD.sub(" ", text.lower()).strip()


def for_pretraining(text: str) -> bool:
    """Whether `text` belongs to pre-training; customers' rows are all the others.

    The space of texts is divided by a hash of the normalised text, so that no
    customer row, of any seed, can stand in a base's pre-training corpus.
    """
    return hashlib.sha256(normalised(text).encode()).digest()[0] < PRETRAINING_SHARE


def message(domain: Domain, intent: int, rng: random.Random) -> str:
    """One message whose label is `intent`."""
    body = _body(domain, intent, rng)
    if rng.random() < 0.35:
        body = f"{body} {rng.choice(domain.details)}"
    if rng.random() < TYPO:
        body = _with_typo(body, rng)
    body = f"{body}{rng.choice(('.', '.', '!', '', '?'))}"
    opener = rng.choice(_OPENERS) if rng.random() < 0.55 else ""
    text = f"{opener} {body}" if opener else body[0].upper() + body[1:]
    if rng.random() < 0.45:
        text = f"{text} {rng.choice(_CLOSERS)}"
    return text.lower() if rng.random() < 0.2 else text


def thread(domain: Domain, rng: random.Random) -> str:
    """One to four quoted lines of an earlier exchange, about anything."""
    lines = []
    for turn in range(rng.choice((1, 2, 3, 3, 4, 4))):
        if turn % 2:
            lines.append(f"> Agent: {rng.choice(domain.replies)}. {rng.choice(_CLOSERS)}")
        else:
            intent = rng.randrange(len(domain.intents))
            lines.append(f"> Customer: {rng.choice(_OPENERS)} {_clause(domain, intent, rng)}.")
    return "\n".join(lines)


def _body(domain: Domain, intent: int, rng: random.Random) -> str:
    kind = rng.random()
    if kind < TWO_TOPICS:
        return _two_topics(domain, intent, rng)
    if kind < TWO_TOPICS + VAGUE:
        return _vague(domain, intent, rng)
    clause = _clause(domain, intent, rng)
    if kind < TWO_TOPICS + VAGUE + IN_PASSING:
        others = [p for i, p in enumerate(domain.products) if i != intent // len(domain.problems)]
        other = rng.choice(rng.choice(others).phrases)
        return rng.choice(_PASSING).format(o=other, c=clause)
    return clause


def _clause(domain: Domain, intent: int, rng: random.Random) -> str:
    product, problem = divmod(intent, len(domain.problems))
    name = rng.choice(domain.products[product].phrases)
    return rng.choice(domain.problems[problem].phrases).replace("{p}", name)


def _two_topics(domain: Domain, intent: int, rng: random.Random) -> str:
    other = (intent + rng.randrange(1, len(domain.intents))) % len(domain.intents)
    clauses = [_clause(domain, intent, rng), _clause(domain, other, rng)]
    if rng.random() >= MAIN_FIRST:
        clauses.reverse()
    return rng.choice(_BOTH).format(a=clauses[0], b=clauses[1])


def _vague(domain: Domain, intent: int, rng: random.Random) -> str:
    product, problem = divmod(intent, len(domain.problems))
    if rng.random() < 0.5:
        name = rng.choice(domain.vague_products)
        return rng.choice(domain.problems[problem].phrases).replace("{p}", name)
    name = rng.choice(domain.products[product].phrases)
    return rng.choice(domain.vague_problems).replace("{p}", name)


def _with_typo(text: str, rng: random.Random) -> str:
    """Swap two neighbouring letters, or drop one, inside a word of five or more."""
    words = text.split(" ")
    long_words = [place for place, word in enumerate(words) if len(word) >= 5]
    if not long_words:
        return text
    place = rng.choice(long_words)
    word = words[place]
    cut = rng.randrange(1, len(word) - 2)
    swap = word[cut + 1] + word[cut] if rng.random() < 0.5 else word[cut]
    words[place] = word[:cut] + swap + word[cut + 2 :]
    return " ".join(words)
