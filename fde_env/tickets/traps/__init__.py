"""The traps, one file each. Adding one means adding a file and naming it here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from fde_env.contract.ticket import TrapName
from fde_env.tickets.traps import (
    integrity,
    leak,
    mask,
    noise,
    permute,
    stale,
    target,
    template,
    truncate,
)
from fde_env.tickets.traps.base import Note, Slot, Trap

TRAPS: Final = MappingProxyType[TrapName, Trap](
    {
        trap.name: trap
        for trap in (
            permute.TRAP,
            noise.TRAP,
            mask.TRAP,
            target.TRAP,
            template.TRAP,
            truncate.TRAP,
            stale.TRAP,
            leak.TRAP,
            integrity.TRAP,
        )
    }
)

__all__ = ["TRAPS", "Note", "Slot", "Trap"]
