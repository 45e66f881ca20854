"""Record the runs that the suite and the confirmatory study rest on, and pack them. For developers.

    python -m fde_env.suite.record                # train what is missing, then write the pack
    python -m fde_env.suite.record --pack-only

Runs are found by what decides them, so a changed base, domain or run spec trains anew exactly
what it moved. Interrupted, it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from fde_env.bases import BASES
from fde_env.bench.pack import write_pack
from fde_env.bench.plan import Planned, Study, plan_study
from fde_env.bench.recorded import write_recorded
from fde_env.bench.results import study_results
from fde_env.bench.workers import Listener, News, Workplace, gather
from fde_env.contract.evidence import Evidence
from fde_env.errors import FDEError
from fde_env.runs.store import Store
from fde_env.suite.cells import planned_runs, train_cells


def recorded_runs() -> tuple[Planned, ...]:
    """Every run of the pack once: the training cells, and the study with the unseen ones."""
    runs = (*plan_study(Study()), *planned_runs(train_cells()))
    return tuple({planned.key: planned for planned in runs}.values())


def main(arguments: list[str] | None = None) -> int:
    """Train what is missing and write the pack; returns the exit status."""
    parser = argparse.ArgumentParser(prog="fde_env.suite.record", description=__doc__)
    parser.add_argument("--bases", nargs="+", default=[base.id for base in BASES])
    parser.add_argument("--workers", type=int, default=0, help="0 for one a core")
    parser.add_argument("--pack-only", action="store_true")
    parser.add_argument("--no-pack", action="store_true")
    chosen = parser.parse_args(arguments)
    store = Store()
    try:
        runs = recorded_runs()
        if not chosen.pack_only:
            wanted = [planned for planned in runs if planned.base in chosen.bases]
            gather(wanted, Workplace(store=store, workers=chosen.workers), _tell(len(wanted)))
        if not chosen.no_pack:
            written = write_pack(runs, store)
            write_recorded(study_results(list(_ended(store))))
            size = sum(path.stat().st_size for path in written)
            sys.stdout.write(f"{len(written)} records, {size / 1e6:.2f} MB\n")
    except FDEError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _ended(store: Store) -> Iterator[tuple[Planned, Evidence]]:
    """The study's runs, which the pack has just been written from."""
    for planned in plan_study(Study()):
        evidence = store.evidence(planned.key)
        if evidence is not None:
            yield planned, evidence


def _tell(total: int) -> Listener:
    done = 0

    def tell(news: News) -> None:
        nonlocal done
        if news.kind == "progress":
            return
        done += 1
        planned = news.planned
        domain = planned.request.spec.cell.domain
        why = f": {news.error}" if news.error else ""
        sys.stdout.write(
            f"{done}/{total} {news.kind} {planned.base} {domain} {planned.seed} "
            f"{planned.arm}{why}\n"
        )
        sys.stdout.flush()

    return tell


if __name__ == "__main__":
    sys.exit(main())
