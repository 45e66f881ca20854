"""What `gym.make_vec` makes of the registered environments, spread over the machine's cores."""

from __future__ import annotations

from functools import partial
from typing import Any

from gymnasium.vector import AutoresetMode

from fde_env.env import FDEDeliveryEnv
from fde_env.options import Options
from fde_env.tickets.generator import prepare
from fde_env.vector.env import DeliveryVectorEnv

__all__ = ["DeliveryVectorEnv", "make_factored_vector", "make_vector"]

OWN = frozenset({"render_mode", "watcher", "store", "registry"})


def make_vector(
    num_envs: int = 1,
    *,
    processes: int | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    **options: Any,
) -> DeliveryVectorEnv:
    """`num_envs` environments with the same options.

    Args:
        num_envs: how many, 1 or more. Dozens are good: a process gets one message a step for all
            that it holds.
        processes: over how many processes they are spread, this one among them; by default one a
            core.
        autoreset_mode: see `gymnasium.vector.AutoresetMode`.
        options: as for `gym.make("FDE-v0", ...)`. A registry in memory is each process's own.

    Raises:
        UsageError: an option is unknown. It is said here, not by a process that has died of it.
    """
    asked = Options.parse({name: value for name, value in options.items() if name not in OWN})
    if asked.seed is not None:
        # Made before the processes part, so that those which are forked share it.
        prepare(asked.fixed_spec())
    return DeliveryVectorEnv(
        partial(FDEDeliveryEnv, **options),
        num_envs,
        processes=processes,
        autoreset_mode=autoreset_mode,
    )


def make_factored_vector(
    num_envs: int = 1,
    *,
    processes: int | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    **options: Any,
) -> DeliveryVectorEnv:
    """`num_envs` of `FDEFactored-v0`; observations are one array, shape (num_envs, figures).

    Masks are asked for by `call("action_masks")`.

    Args:
        num_envs: as for `make_vector`, like the next two.
        processes: over how many they are spread.
        autoreset_mode: when an ended environment is reset.
        options: as for `gym.make("FDEFactored-v0", ...)`.

    Raises:
        UsageError: an option is unknown.
    """
    from fde_env.factored.env import FDEFactoredEnv

    return DeliveryVectorEnv(
        partial(FDEFactoredEnv, **options),
        num_envs,
        processes=processes,
        autoreset_mode=autoreset_mode,
    )
