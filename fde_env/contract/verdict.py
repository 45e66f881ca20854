"""A rule's verdict on one submission."""

from __future__ import annotations

from fde_env.contract.base import Frozen
from fde_env.contract.stage import Stage


class Verdict(Frozen):
    """Whether a stage passed, by which rule, and why, in words a person understands."""

    stage: Stage
    passed: bool
    rule_id: str
    reason: str
