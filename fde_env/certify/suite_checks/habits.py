"""The configurator, all arithmetic and habits: 1.000 of the one, two in five of the judgment.

How it is counted: arithmetic over the tickets that the configurator carries through, since on
others it is never asked to reckon. Judgment over all tickets, five stages each: who accepts what
cannot be delivered ends the delivery by that judgment, and has passed none of the five. This is
how an episode's own verdicts and its return count as well. Beside it stands the share over the
tickets that it carries through, where it plans and evaluates by the book, ships and leaves out
disclosures always, and hits the right files as often as its fixed choice is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fde_env.certify.report import Skills
from fde_env.contract.stage import KIND_OF, Kind

LOWEST, HIGHEST = 0.35, 0.45


@dataclass(frozen=True)
class Habits:
    """The configurator's delivery: stages that passed, and whether it came to its end."""

    passed: Mapping[str, bool]
    carried_through: bool


def _share(deliveries: Sequence[Habits], kind: Kind) -> float:
    stages = [stage for stage, its in KIND_OF.items() if its == kind]
    passes = [delivery.passed[stage] for delivery in deliveries for stage in stages]
    return sum(passes) / len(passes) if passes else 0.0


def skills(deliveries: Sequence[Habits]) -> Skills:
    """Shares of stages passed, counted as the module says."""
    through = [delivery for delivery in deliveries if delivery.carried_through]
    return Skills(
        arithmetic=_share(through, "arithmetic"),
        judgment=_share(deliveries, "judgment"),
        judgment_delivered=_share(through, "judgment"),
    )


def check(found: Skills) -> Iterator[str]:
    """Hold the configurator to what it is."""
    if found.arithmetic != 1.0:
        yield f"the configurator passes {found.arithmetic:.3f} of arithmetic, not all of it"
    if not LOWEST <= found.judgment <= HIGHEST:
        yield (
            f"the configurator passes {found.judgment:.3f} of judgment, outside "
            f"{LOWEST} to {HIGHEST}: habits are worth too much or too little"
        )
