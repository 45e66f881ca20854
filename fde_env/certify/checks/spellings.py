"""Other spellings of a right answer pass as well."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case
from fde_env.certify.scene import changed
from fde_env.certify.spellings import SPELLINGS
from fde_oracle.grade import judge


def check(case: Case) -> Iterator[str]:
    """Grade equivalent submissions on the reference's facts."""
    scene = case.scene
    for stage in scene.stages:
        if stage not in SPELLINGS:
            continue
        right = scene.right(stage)
        for spelling in SPELLINGS[stage](scene, right):
            new = scene.with_submission(right, changed(right.submission, spelling))
            found = judge(scene.truth, new)
            if not found.passed:
                yield f"a right {stage} in other words fails: {dict(spelling)} ({found.reason})"
