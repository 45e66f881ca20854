"""The study's tables show what they say."""

from __future__ import annotations

from typing import Any

import pytest

from fde_env.bench.table import _median_step


def run(harm: int | None, futility: int | None) -> dict[str, Any]:
    return {"harm_step": harm, "futility_step": futility}


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        ([], "-"),
        ([run(None, None)], "-"),
        ([run(30, 130), run(None, 50), run(None, None)], "40"),  # the first alarm of either
        ([run(None, 200), run(None, 210)], "205"),
        ([run(10, None), run(20, None), run(90, None)], "20"),
    ],
)
def test_the_median_step_is_that_of_the_first_alarms(runs: list[Any], shown: str) -> None:
    assert _median_step(runs) == shown
