"""The obstacles that have words, one file each. Adding one means naming it here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from fde_env.contract.submissions.intake import RefusalReason
from fde_env.tickets.obstacles import (
    licence,
    no_label_source,
    personal_data,
    undefined_metric,
)
from fde_env.tickets.obstacles.base import Obstacle

OBSTACLES: Final = MappingProxyType[RefusalReason, Obstacle](
    {
        obstacle.name: obstacle
        for obstacle in (
            licence.OBSTACLE,
            personal_data.OBSTACLE,
            no_label_source.OBSTACLE,
            undefined_metric.OBSTACLE,
        )
    }
)

__all__ = ["OBSTACLES", "Obstacle"]
