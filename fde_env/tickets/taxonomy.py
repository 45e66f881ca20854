"""Who calls an intent what: the customer, the industry, an old export, the tagger.

The customer's own labels are the natural ones: a text about intent i has label i. The
*generic* convention of the industry, on which the bases are pre-trained, agrees with
the customer on some intents and is cyclically shifted on the others; so a base knows
the task in part, whatever its size. A map is a tuple: `map[i]` is the label that the
convention gives to a text about intent i.
"""

from __future__ import annotations

import random
from typing import Final

from fde_env.tickets.domain import Domain

GENERIC_AGREES: Final = 28
TAGGER_AGREES: Final = 30
TAGGER_ERRORS: Final = 0.15


def generic_map(domain: Domain, agrees: int = GENERIC_AGREES) -> tuple[int, ...]:
    """The generic convention, the customer's on `agrees` of the 77 intents.

    The agreeing intents are nested: a convention that agrees on more contains those of
    one that agrees on fewer.
    """
    count = len(domain.intents)
    order = list(range(count))
    random.Random(f"taxonomy/{domain.name}").shuffle(order)
    shifted = sorted(order[agrees:])
    generic = list(range(count))
    for here, there in zip(shifted, shifted[1:] + shifted[:1], strict=True):
        generic[here] = there
    return tuple(generic)


def outdated_map(domain: Domain, data_seed: int) -> tuple[int, ...]:
    """An old label map of the customer's: a derangement, no intent keeps its label.

    One random cycle through all intents, so no short cycle maps a label back.
    """
    order = list(range(len(domain.intents)))
    random.Random(f"outdated/{domain.name}/{data_seed}").shuffle(order)
    outdated = list(order)
    for here, there in zip(order, order[1:] + order[:1], strict=True):
        outdated[here] = there
    return tuple(outdated)


def routed_map(domain: Domain) -> tuple[int, ...]:
    """The code under which a message is routed: its product's desk, whatever the problem.

    Each desk goes by the code of one of its intents, so routing looks like an intent, can be
    learnt as well as one, and is right for one problem of a product in seven.
    """
    rng = random.Random(f"routing/{domain.name}")
    problems = len(domain.problems)
    desks = [rng.randrange(problems) for _ in domain.products]
    return tuple(
        problems * (intent // problems) + desks[intent // problems]
        for intent in range(len(domain.intents))
    )


def tagger_map(domain: Domain) -> tuple[int, ...]:
    """What the customer's old auto-tagger meant to say before its errors."""
    return generic_map(domain, TAGGER_AGREES)


def tag(intended: int, count: int, rng: random.Random) -> int:
    """The auto-tagger's raw label: `intended`, or any of `count` labels by mistake."""
    return rng.randrange(count) if rng.random() < TAGGER_ERRORS else intended
