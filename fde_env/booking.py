"""The job as it is booked: what a configuration may ask for, and the nodes that are billed."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.meter import find_pool, fits_memory, rows_per_step
from fde_env.contract.policy import Cluster, Pool
from fde_env.contract.submissions import ConfigSubmission, ScheduleSubmission
from fde_env.contract.truth import Truth
from fde_env.errors import CompileError
from fde_env.intervene import injected

MOST_ROWS = 4
"""Rows of a job, as a multiple of the certified configuration's."""


def check_job(config: ConfigSubmission, certified: ConfigSubmission) -> None:
    """Refuse a configuration that cannot be executed as the agent has it.

    Raises:
        CompileError: it adapts no layer, or has far more rows than the certified one.
    """
    if not config.lora_targets:
        # No adapter, nothing to train: the trainer would break off as if a machine had failed.
        raise CompileError("lora_targets is empty; name at least one layer to adapt")
    most = MOST_ROWS * certified.max_steps * rows_per_step(certified)
    if config.max_steps * rows_per_step(config) > most:
        raise CompileError(f"a job has at most {most} rows; lower max_steps or the batch")


def book(cluster: Cluster, schedule: ScheduleSubmission, config: ConfigSubmission) -> Pool:
    """The nodes that `schedule` asks for.

    Raises:
        CompileError: they are not offered, or the job does not fit them.
    """
    pool = find_pool(cluster, schedule.node_type, schedule.gpu_count)
    if pool is None or not fits_memory(cluster, pool, config):
        raise CompileError(
            f"{schedule.gpu_count} x {schedule.node_type} is not offered or too small for "
            "the job; read_cluster lists the pools"
        )
    return pool


def certified_pool(truth: Truth, facts: Facts) -> Pool:
    """The nodes of the certified schedule, on which an isolated run is booked."""
    chosen = injected("schedule", truth, facts)
    assert isinstance(chosen, ScheduleSubmission)
    pool = find_pool(truth.cluster, chosen.node_type, chosen.gpu_count)
    assert pool is not None
    return pool
