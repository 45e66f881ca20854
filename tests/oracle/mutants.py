"""The mutants of certification (`fde_env.certify`) on the scenes of the tests."""

from __future__ import annotations

from collections.abc import Iterator

from delivery_kit import Scene

from fde_env.certify import mutants as certified
from fde_env.certify.mutants import Mutant
from fde_env.certify.wrong import WRONG
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import Stage

__all__ = ["WRONG", "mutants", "right_record", "right_records"]


def right_record(scene: Scene, stage: Stage) -> StageRecord:
    """The gold submission for `stage` under the facts of the scene, whatever was played."""
    return scene.seen.right(stage)


def right_records(scene: Scene) -> tuple[StageRecord, ...]:
    """The gold submissions of all ten stages."""
    return tuple(right_record(scene, record.stage) for record in scene.records)


def mutants(scene: Scene, stage: Stage) -> Iterator[Mutant]:
    """Every one-field mutant of the gold submission of `stage` in `scene`."""
    return certified.mutants(scene.seen, stage)
