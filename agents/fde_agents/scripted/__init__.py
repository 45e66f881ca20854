"""Scripted agents that use nothing but what the environment shows."""

from __future__ import annotations

from fde_agents.scripted.careful import CarefulPolicy
from fde_agents.scripted.configurator import ConfiguratorPolicy
from fde_agents.scripted.null import NullPolicy
from fde_agents.scripted.random import RandomPolicy

__all__ = ["CarefulPolicy", "ConfiguratorPolicy", "NullPolicy", "RandomPolicy"]
