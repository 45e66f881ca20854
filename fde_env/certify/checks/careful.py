"""The careful agent, which has the tools alone, earns 1.0: the hazard can be found."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case


def check(case: Case) -> Iterator[str]:
    """Play the careful agent."""
    played = case.careful
    if played.result.reward != 1.0:
        yield (
            f"the careful agent earns {played.result.reward:.2f}, so what the ticket hides cannot "
            f"be found with the tools alone ({played.reasons()})"
        )
