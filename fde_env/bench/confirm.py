"""`fde confirm`: gather the runs of a study, write its results file and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from fde_env.bench.canvas import require_matplotlib
from fde_env.bench.figures import draw_all
from fde_env.bench.plan import Planned
from fde_env.bench.progress import StudyBar
from fde_env.bench.results import study_results, write_results
from fde_env.bench.workers import Workplace, gather
from fde_env.errors import SandboxFailed


@dataclass(frozen=True)
class Confirmed:
    """A study that has ended: its results and the files that were written."""

    results: dict[str, Any]
    files: tuple[Path, ...]


def confirm(
    runs: Sequence[Planned],
    place: Workplace,
    console: Console,
    *,
    out: Path | None,
    pictures: bool = True,
) -> Confirmed:
    """Train what is missing of `runs`, then report on all of them.

    Args:
        runs: from `plan_study`, or of a data set of one's own.
        place: how and where to train.
        console: for the progress bar.
        out: folder of the results file and the pictures; None to write nothing.
        pictures: draw them; needs matplotlib.

    Raises:
        SandboxFailed: runs broke down. The others are kept: start again to train these only.
    """
    if out is not None and pictures:
        require_matplotlib()  # before hours of training rather than after
    steps = max(planned.request.spec.config.max_steps for planned in runs)
    with StudyBar(console, len(runs), steps, place.count) as bar:
        found = gather(runs, place, bar.tell)
    ended = [(run, evidence) for run, evidence in zip(runs, found, strict=True) if evidence]
    if len(ended) < len(runs):
        raise SandboxFailed(
            f"{len(runs) - len(ended)} of {len(runs)} runs broke down; the others are stored: "
            "start the same command again to train only what is missing"
        )
    results = study_results(ended)
    files: list[Path] = []
    if out is not None:
        files.append(write_results(results, out))
        if pictures:
            files += draw_all(results, out)
    return Confirmed(results, tuple(files))
