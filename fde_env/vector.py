"""What `gym.make_vec("FDE-v0", num_envs=N)` makes: each environment in a process of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv

from fde_env.env import FDEDeliveryEnv
from fde_env.options import Options
from fde_env.tickets.generator import prepare

OWN = frozenset({"render_mode", "watcher", "store", "registry"})


def make_vector(num_envs: int = 1, **options: Any) -> AsyncVectorEnv | SyncVectorEnv:
    """`num_envs` environments with the same options, side by side over the machine's cores.

    Observations pass through shared memory, which `JsonSpace` knows how to do. (By pipe, Gymnasium
    1.4 swallows the first action after a `reset` that follows an episode's end.) One environment
    alone needs no process.

    Args:
        num_envs: how many, 1 or more; as many as there are cores is a good number.
        options: as for `gym.make("FDE-v0", ...)`. A registry in memory is each process's own.

    Raises:
        UsageError: an option is unknown. It is said here, not by a process that has died of it.
    """
    asked = Options.parse({name: value for name, value in options.items() if name not in OWN})
    if asked.seed is not None:
        # Made before the processes part, so that those which are forked share it.
        prepare(asked.fixed_spec())
    makers = [partial(FDEDeliveryEnv, **options)] * num_envs
    if num_envs == 1:
        return SyncVectorEnv(makers)
    return AsyncVectorEnv(makers)
