"""The pack: recorded evidence that is shipped with the package, so that a fresh clone replays.

`python -m fde_env.suite.record` writes it. Nothing in it is made up: each file is a record of
the store, compressed. Equal records give equal bytes, whatever the clock says.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

from fde_env.bench.plan import Planned
from fde_env.contract.base import Frozen
from fde_env.errors import ReplayMiss
from fde_env.runs.store import Store, base_key

PACK = Path(__file__).parents[1] / "pack"


def write_pack(runs: Sequence[Planned], store: Store, folder: Path = PACK) -> list[Path]:
    """Write the evidence of `runs` and their bases' predictions; returns the files.

    Records that `folder` holds of other runs are removed: a changed base or domain leaves
    no dead weight.

    Raises:
        ReplayMiss: the store lacks one of the runs; the folder is left as it was.
    """
    records = dict(_records(runs, store))
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json.gz"):
        if old.name not in records:
            old.unlink()
    for name, record in records.items():
        packed = gzip.compress(record.model_dump_json().encode(), compresslevel=9, mtime=0)
        (folder / name).write_bytes(packed)
    return sorted(folder / name for name in records)


def _records(runs: Sequence[Planned], store: Store) -> Iterator[tuple[str, Frozen]]:
    for planned in runs:
        spec = planned.request.spec
        evidence = store.evidence(planned.key)
        base = base_key(spec.base_digest, spec.splits_digest)
        answers = store.base_predictions(base)
        if evidence is None or answers is None:
            raise ReplayMiss(
                f"{planned.base}, seed {planned.seed}, {planned.arm} is not in the store at "
                f"{store.home}; run `fde confirm` first"
            )
        yield f"run-{planned.key}.json.gz", evidence
        yield f"base-{base}.json.gz", answers
