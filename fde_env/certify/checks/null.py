"""The null agent, which submits empty forms, earns nothing."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case


def check(case: Case) -> Iterator[str]:
    """Play empty forms."""
    earned = case.by_name("null").result.reward
    if earned != 0.0:
        yield f"the null agent earns {earned:.2f}"
