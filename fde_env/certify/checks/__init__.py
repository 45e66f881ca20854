"""The checks of one ticket: each a function from a case to the reasons why it must not stand.

A reason is one sentence for people. A check that needs a run which was not recorded raises
`ReplayMiss`; the ticket is then not certified either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

from fde_env.certify.case import Case
from fde_env.certify.checks import (
    careful,
    effect,
    fixed,
    gold,
    infeasible,
    mutants,
    null,
    reference,
    spellings,
    surface,
)

Check = Callable[[Case], Iterator[str]]

CHECKS: Final = MappingProxyType[str, Check](
    {
        "reference": reference.check,
        "null": null.check,
        "careful": careful.check,
        "mutants": mutants.check,
        "spellings": spellings.check,
        "gold": gold.check,
        "effect": effect.check,
        "infeasible": infeasible.check,
        "fixed": fixed.check,
        "surface": surface.check,
    }
)
