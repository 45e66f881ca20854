"""TRL's own trainer plays deliveries to their end and learns from their returns."""

from __future__ import annotations

import dataclasses
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "grpo.py"


def test_the_example_names_only_arguments_that_trl_has() -> None:
    config = pytest.importorskip("trl").GRPOConfig
    fields = {field.name for field in dataclasses.fields(config)}
    settings: Any = runpy.run_path(str(EXAMPLE))["settings"]
    for real in (False, True):
        assert set(settings(real)) <= fields
        # `length_reward` wants whole groups in one process.
        given = settings(real)
        assert given["per_device_train_batch_size"] % given["num_generations"] == 0


@pytest.mark.slow
def test_the_example_trains_for_real_and_delivers(tmp_path: Path) -> None:
    # A process of its own: the trainer sets threads, seeds and devices of the whole process.
    offline = {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE", "FDE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(EXAMPLE), "--steps", "2"],
        env={**os.environ, **offline, "TOKENIZERS_PARALLELISM": "false"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    steps = re.findall(r"^step \d+: rewards \[(.*)\]$", done.stdout, re.MULTILINE)
    rewards = [[float(value) for value in step.split(", ")] for step in steps]
    assert len(rewards) == 2
    # Some rollouts deliver to the end, some do not, so there is something to learn from.
    assert max(rewards[0]) == 1.0
    assert min(rewards[0]) < 1.0
    assert re.search(r"'grad_norm': '?[1-9.]", done.stdout)
    assert "'tools/failure_frequency': '0'" in done.stdout
