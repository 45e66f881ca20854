"""Library versions: recorded with a run, and compared on a strict replay."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

from fde_env.contract.evidence import Evidence

DISTRIBUTION: Final = "fde-env"


def installed(package: str) -> str:
    """Version of an installed package, "not installed" otherwise."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def differences(evidence: Evidence) -> tuple[str, ...]:
    """Packages whose version here is not the recorded one, each in words."""
    recorded = evidence.provenance.versions
    return tuple(
        f"{package} {then} recorded, {installed(package)} here"
        for package, then in recorded
        if installed(package) != then
    )
