"""Run a job apart from the host: one backend per file behind one small protocol."""

from __future__ import annotations

from fde_env.sandbox.base import (
    BackendStatus,
    Exit,
    Finding,
    Launch,
    Limits,
    Process,
    Sandbox,
)
from fde_env.sandbox.choose import choose_backend
from fde_env.sandbox.folders import read_output, read_output_in

__all__ = [
    "BackendStatus",
    "Exit",
    "Finding",
    "Launch",
    "Limits",
    "Process",
    "Sandbox",
    "choose_backend",
    "read_output",
    "read_output_in",
]
