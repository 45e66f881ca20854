"""A Ray cluster: every node needs this package and the agents' keys, no shared disk.

Files come back with the results and are written by the process that started the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fde_env.errors import InfrastructureError, UsageError
from fde_env.evaluate.executors.base import Bag
from fde_env.evaluate.plan import Unit
from fde_env.evaluate.work import Context, Done, given_up, perform


class RayExecutor:
    """Plays as many units at a time as the cluster has CPUs, or `workers` of them.

    Args:
        address: "auto" for the cluster of this machine, "host:port", or None to start one here.
        workers: units at a time; 0 for one a CPU of the cluster.

    Raises:
        UsageError: Ray is not installed, or there is no cluster at that address.
    """

    def __init__(self, address: str | None, workers: int) -> None:
        try:
            import ray
        except ImportError:
            raise UsageError("Ray is not installed: pip install 'fde-env[scale]'") from None
        self._ray: Any = ray
        if not ray.is_initialized():
            try:
                ray.init(address=address, log_to_driver=False, include_dashboard=False)
            except (ConnectionError, ValueError) as error:
                raise UsageError(f"no Ray cluster at {address!r} ({error})") from error
        self._count = workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def run(self, context: Context, bag: Bag) -> Iterator[Done]:
        """Each unit as it has been played."""
        ray = self._ray
        play = ray.remote(num_cpus=1, max_retries=0)(perform)
        deaths: Counter[str] = Counter()
        under_way: dict[Any, tuple[int, Unit]] = {}
        free = list(range(self._count))
        try:
            while True:
                while free and (unit := bag.take(free[-1])) is not None:
                    under_way[play.remote(context, unit)] = (free.pop(), unit)
                if not under_way:
                    return
                (ready, *_), _ = ray.wait(list(under_way), num_returns=1)
                slot, unit = under_way.pop(ready)
                free.append(slot)
                done = self._result(context, ready, unit, deaths)
                if done is None:
                    bag.put_back(unit)
                else:
                    yield done
        finally:
            for reference in under_way:
                ray.cancel(reference, force=True)

    def _result(
        self, context: Context, reference: Any, unit: Unit, deaths: Counter[str]
    ) -> Done | None:
        """What came of a unit; None: a node or worker was lost, try again."""
        try:
            done: Done = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            deaths[unit.unit_id] += 1
            if deaths[unit.unit_id] <= context.retries:
                return None
            lost = InfrastructureError(f"Ray lost the worker: {type(error).__name__}")
            return given_up(context, unit, lost, (str(lost),) * deaths[unit.unit_id])
        return done
