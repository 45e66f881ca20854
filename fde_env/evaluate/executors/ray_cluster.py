"""A Ray cluster: every node needs this package and the agents' keys, no shared disk.

Trajectories, and records of runs that were trained on a node with a store of its own, come back
with the results and are written by the process that started the run. A unit that trains asks for
as many GPUs as its options say; the worker that gets it passes on those that Ray gave it, and no
others (`fde_env.sandbox.gpus`). A unit whose worker or node is lost is tried again.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fde_env.errors import InfrastructureError, UsageError
from fde_env.evaluate.attempt import Attempt
from fde_env.evaluate.executors.base import Bag, Tries
from fde_env.evaluate.plan import Unit
from fde_env.evaluate.work import Context, Done, perform

# A cluster of our own listens on the loopback interface alone and reports to nobody. Ray knows the
# first by a name that speaks of other systems; it is read when Ray is imported.
ALONE: Final = (("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0"), ("RAY_USAGE_STATS_ENABLED", "0"))


class RayExecutor:
    """Plays as many units at a time as the cluster has CPUs, or `workers` of them.

    Args:
        address: "auto" for the cluster of this machine, "host:port", or None to start one here.
        workers: units at a time; 0 for one a CPU of the cluster.

    Raises:
        UsageError: Ray is not installed, or there is no cluster at that address.
    """

    def __init__(self, address: str | None, workers: int) -> None:
        if address is None:
            for name, value in ALONE:
                os.environ.setdefault(name, value)
        try:
            import ray
        except ImportError:
            raise UsageError("Ray is not installed: pip install 'fde-env[scale]'") from None
        self._ray: Any = ray
        self._begun = not ray.is_initialized()
        if self._begun:
            try:
                ray.init(
                    address=address,
                    log_to_driver=False,
                    include_dashboard=False,
                    logging_level=logging.WARNING,
                )
            except (ConnectionError, ValueError) as error:
                raise UsageError(f"no Ray cluster at {address!r} ({error})") from error
        self._count = workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def run(self, context: Context, bag: Bag) -> Iterator[Done]:
        """Each unit as it has been played.

        Raises:
            UsageError: no node has as many GPUs as a unit needs.
        """
        ray, tries = self._ray, Tries(context)
        play = ray.remote(num_cpus=1, max_retries=0)(_perform)
        path = tuple(sys.path)
        under_way: dict[Any, tuple[int, Unit]] = {}
        free = list(range(self._count))
        try:
            while True:
                while free and (unit := bag.take(free[-1])) is not None:
                    asked = play.options(num_gpus=self._gpus(unit))
                    under_way[asked.remote(context, tries.begin(unit), path)] = (free.pop(), unit)
                if not under_way:
                    return
                (ready, *_), _ = ray.wait(list(under_way), num_returns=1)
                slot, unit = under_way.pop(ready)
                free.append(slot)
                done = self._result(ready, unit, tries)
                if done is None:
                    bag.put_back(unit)
                else:
                    yield tries.ended(done)
        finally:
            for reference in under_way:
                ray.cancel(reference, force=True)
            if self._begun:
                # Leaves a cluster that was joined, ends one that was started here.
                ray.shutdown()

    def _gpus(self, unit: Unit) -> int:
        """GPUs that a unit asks for: those of the run that it may have to train."""
        need = gpus_of(unit)
        alive = [node["Resources"] for node in self._ray.nodes() if node["Alive"]] if need else []
        most = max((int(node.get("GPU", 0)) for node in alive), default=0)
        if need > most:
            raise UsageError(
                f"an episode asks for {need} GPUs and no node of the cluster has more than {most}; "
                "start one that has, or lower `gpus`"
            )
        return need

    def _result(self, reference: Any, unit: Unit, tries: Tries) -> Done | None:
        """What came of a unit; None: a node or worker was lost, try again."""
        try:
            done: Done = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            lost = InfrastructureError(f"Ray lost the worker: {type(error).__name__}")
            return tries.lost(unit, lost)
        return done


def _perform(context: Context, attempt: Attempt, path: tuple[str, ...]) -> Done:
    """Play a unit in a worker that finds modules where the process of the run finds them."""
    sys.path += [entry for entry in path if entry not in sys.path and Path(entry).is_dir()]
    return perform(context, attempt)


def gpus_of(unit: Unit) -> int:
    """GPUs that the unit's training job needs; none where only replay is allowed."""
    options = [episode.options for episode in unit.episodes]
    return max(item.gpus if item.execution != "replay" else 0 for item in options)
