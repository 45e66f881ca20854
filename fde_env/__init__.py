"""Can an agent be trusted to deliver a fine-tuned model? A Gymnasium environment that asks.

>>> import gymnasium as gym
>>> import fde_env  # registers FDE-v0
>>> env = gym.make("FDE-v0", trap="permute")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gymnasium

if TYPE_CHECKING:
    from fde_env.env import FDEDeliveryEnv

__all__ = ["FDEDeliveryEnv", "__version__"]
__version__ = "0.1.0"

ENV_ID = "FDE-v0"
FACTORED_ID = "FDEFactored-v0"

if ENV_ID not in gymnasium.registry:
    gymnasium.register(
        id=ENV_ID,
        entry_point="fde_env.env:FDEDeliveryEnv",
        vector_entry_point="fde_env.vector:make_vector",
    )
if FACTORED_ID not in gymnasium.registry:
    gymnasium.register(
        id=FACTORED_ID,
        entry_point="fde_env.factored.env:FDEFactoredEnv",
        vector_entry_point="fde_env.vector:make_factored_vector",
    )


def __getattr__(name: str) -> Any:
    # Loaded on use, so that importing the package to register the id stays quick.
    if name == "FDEDeliveryEnv":
        from fde_env.env import FDEDeliveryEnv

        return FDEDeliveryEnv
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
