"""Versions that an episode was made with; they stand in its header and in the plan."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

from pydantic import Field

from fde_env import ENV_ID, __version__
from fde_env.contract.base import Frozen

LIBRARIES: Final = ("gymnasium", "numpy", "pydantic", "scipy")
FORMAT: Final = 1


class Versions(Frozen):
    """Whatever moves scores bumps `environment`; the rest says where to look."""

    format: int = Field(description="Of trajectories and summaries.")
    environment: str = Field(description="Id of the environment, such as FDE-v0.")
    package: str = Field(description="Version of fde-env: rules, tickets and tools.")
    libraries: tuple[tuple[str, str], ...]

    @property
    def identity(self) -> str:
        """What must be equal for episodes to be counted together; libraries need not be."""
        return f"{self.environment}/{self.package}/{self.format}"


def versions_here() -> Versions:
    """The versions of this installation."""
    return Versions(
        format=FORMAT,
        environment=ENV_ID,
        package=__version__,
        libraries=tuple((name, _installed(name)) for name in LIBRARIES),
    )


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
