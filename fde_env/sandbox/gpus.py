"""Which GPUs of this machine a job gets: those that were given to this process, if any were.

Schedulers such as Ray and Slurm share a machine's GPUs out by `CUDA_VISIBLE_DEVICES`. A sandbox
that took the first ones instead would put two jobs on one GPU.
"""

from __future__ import annotations

import os
from typing import Final

from fde_env.errors import BackendUnavailable

VARIABLE: Final = "CUDA_VISIBLE_DEVICES"


def given_gpus(count: int) -> tuple[str, ...] | None:
    """Names of the first `count` GPUs given to this process; None when all of them are its own.

    Raises:
        BackendUnavailable: fewer were given.
    """
    told = os.environ.get(VARIABLE)
    if count == 0 or told is None:
        return None
    given = tuple(name.strip() for name in told.split(",") if name.strip())
    if len(given) < count:
        raise BackendUnavailable(
            f"no GPU to give: {count} wanted, and {VARIABLE} grants {len(given)}; ask for fewer, "
            "or for more in the scheduler"
        )
    return given[:count]
