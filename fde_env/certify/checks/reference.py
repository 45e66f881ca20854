"""The reference earns 1.0: every gold answer passes its own rule."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case


def check(case: Case) -> Iterator[str]:
    """Play the gold answers."""
    played = case.reference
    if played.result.reward != 1.0:
        yield f"the reference earns {played.result.reward:.2f} ({played.reasons()})"
