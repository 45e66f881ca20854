"""A warm worker whose jobs come as files: for a sandbox, which has no standard input.

    python -m fde_containers.warm --input /in --output /out --base /base --first 1

Job number 1 lies in `/in/0001` and leaves its files in `/out/0001`, both made by the host.
It starts when `/in/order-0001.json` appears; its exit status is written, last of all, to
`/out/0001/ended.json`, and its own words to `/out/0001/stderr.txt`. Each job is a child
forked from a parent that has only imported (see `worker`).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from fde_containers.exchange import write_json
from fde_containers.execute import EXIT_CRASH, settle_process

_PAUSE = 0.005


def main(arguments: list[str] | None = None) -> int:
    """Serve jobs until the process that started this one goes; returns the exit status."""
    parser = argparse.ArgumentParser(prog="fde_containers.warm", description=__doc__)
    parser.add_argument("--input", type=Path, required=True, help="folder of the jobs' inputs")
    parser.add_argument("--output", type=Path, required=True, help="folder of their results")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--first", type=int, default=1, help="number of the first job")
    chosen = parser.parse_args(arguments)
    settle_process(int(os.environ.get("OMP_NUM_THREADS", "1")))
    from fde_containers.worker import run_forked, warm_up

    warm_up()
    parent = os.getppid()
    kept = {path.name for path in Path(tempfile.gettempdir()).iterdir()}
    for number in count(chosen.first):
        name = f"{number:04d}"
        while not (chosen.input / f"order-{name}.json").is_file():
            if os.getppid() != parent:
                return EXIT_CRASH
            time.sleep(_PAUSE)
        with _words_to(chosen.output / name / "stderr.txt"):
            status = run_forked(chosen.input / name, chosen.output / name, chosen.base)
        _tidy(kept)
        write_json(chosen.output / name / "ended.json", {"exit_status": status})
    return 0


@contextmanager
def _words_to(path: Path) -> Iterator[None]:
    """Send standard output and error to a file for a while, those of children too."""
    before = [os.dup(1), os.dup(2)]
    with path.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    try:
        yield
    finally:
        sys.stderr.flush()
        for stream, old in zip((1, 2), before, strict=True):
            os.dup2(old, stream)
            os.close(old)


def _tidy(kept: set[str]) -> None:
    """Remove what a job left in the folder for temporary files.

    Only where that folder was given to this process: elsewhere it is other people's too.
    """
    if "TMPDIR" not in os.environ:
        return
    for path in Path(os.environ["TMPDIR"]).iterdir():
        if path.name in kept:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
