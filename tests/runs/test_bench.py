"""What a job on a base may leave, and the words for one that left too much."""

from __future__ import annotations

from pathlib import Path

import pytest

from fde_env.bases import base_path
from fde_env.runs.bench import LEAST_OUTPUT_MIB, describe_exit, limits_for
from fde_env.sandbox.base import Exit, Limits


@pytest.mark.parametrize(
    ("base_mib", "output_mib"), [(1, LEAST_OUTPUT_MIB), (300, 300), (20 << 10, 8 << 10)]
)
def test_the_output_grows_with_the_base_within_bounds(
    tmp_path: Path, base_mib: int, output_mib: int
) -> None:
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(base_mib << 20)
    limits = Limits(memory_mib=7)
    found = limits_for(tmp_path, limits)
    assert found.output_mib == output_mib
    assert found.memory_mib == 7


def test_the_shipped_bases_get_the_least_and_a_lower_wish_is_kept() -> None:
    base = base_path("qwen3-tiny-a")
    assert limits_for(base, Limits()).output_mib == LEAST_OUTPUT_MIB
    assert limits_for(base, Limits(output_mib=3)).output_mib == 3


class Ended:
    """A job that has ended as a test says."""

    def __init__(self, exit_: Exit) -> None:
        self._exit = exit_

    def poll(self) -> int | None:
        return self._exit.code

    def wait(self, timeout: float | None = None) -> int | None:
        return self._exit.code

    def stop(self) -> None:
        return None

    def limits_in_force(self) -> tuple[tuple[str, str], ...]:
        return (("output", "8 MiB by the host"),)

    def outcome(self) -> Exit:
        return self._exit


def test_a_filled_output_folder_is_named_with_its_limit() -> None:
    said = describe_exit(Ended(Exit(137, False, 9, "", overfull=True)), "the training job")
    assert "it filled its output folder: 8 MiB by the host" in said
    assert "output folder" not in describe_exit(Ended(Exit(1, False, None, "")), "the training job")
