"""From a folder of trajectories to a folder of data: whole, or not there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError

from fde_env.contract.base import Frozen
from fde_env.errors import StoreCorrupt, UsageError
from fde_env.export.choose import Choice, Chosen
from fde_env.export.episode import lived
from fde_env.export.minari_folder import write_minari
from fde_env.export.rows import LAYOUTS, About, Layout, rows_of
from fde_env.export.schema import section
from fde_env.export.tables import WRITERS

MINARI: Final = "minari"
FORMATS: Final = (*WRITERS, MINARI)


class Exported(Frozen):
    """What was written."""

    folder: str
    format: str
    layout: Layout
    episodes: int
    rows: int
    left_out: dict[str, int] = Field(description="Why to episodes.")
    made_with: tuple[str, ...] = Field(description="Environment and package of the trajectories.")


def export(folder: Path, out: Path, form: str, layout: str, choice: Choice) -> Exported:
    """Write the chosen trajectories below `folder` into the new folder `out`.

    Args:
        folder: written by `fde bench` or `fde run --out`.
        out: must not exist yet.
        form: datasets, parquet, jsonl or minari.
        layout: steps, episodes or chat; minari takes episodes alone.
        choice: which trajectories.

    Raises:
        UsageError: nothing is chosen, `out` exists, or a package or a format is missing.
        StoreCorrupt: a trajectory is torn.
    """
    known = _layout(form, layout)
    if out.exists():
        raise UsageError(f"{out} exists already; name a new folder")
    draft = out.with_name(f".{out.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    chosen = Chosen(folder, choice)
    try:
        count = _write(chosen, form, known, draft)
        found = Exported(
            folder=str(out),
            format=form,
            layout=known,
            episodes=chosen.taken,
            rows=count,
            left_out=dict(sorted(chosen.left_out.items())),
            made_with=tuple(sorted(chosen.made_with)),
        )
        (draft / "README.md").write_text(card(found), encoding="utf-8")
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return found


def _layout(form: str, layout: str) -> Layout:
    if form not in FORMATS:
        raise UsageError(f"--format is {', '.join(FORMATS)}, not {form!r}")
    if layout not in LAYOUTS:
        raise UsageError(f"--layout is {', '.join(LAYOUTS)}, not {layout!r}")
    if form == MINARI and layout != "episodes":
        raise UsageError("minari holds whole episodes: use --layout episodes")
    return layout


def _write(chosen: Chosen, form: str, layout: Layout, folder: Path) -> int:
    # The first is looked for before anything is written: an empty data set is no answer.
    if next(iter(chosen), None) is None:
        why = ", ".join(f"{count} {reason}" for reason, count in chosen.left_out.items())
        raise UsageError(f"no episode is left to export ({why}); look at the filters")
    if form == MINARI:
        return write_minari(_rows(chosen, layout), folder)
    return WRITERS[form](_rows(chosen, layout), layout, folder)


def _rows(chosen: Chosen, layout: Layout) -> Iterator[About]:
    for trajectory in chosen:
        episode = lived(trajectory)
        try:
            yield from rows_of(episode, layout)
        except ValidationError as error:
            raise StoreCorrupt(
                f"{episode.row.episode_id} was recorded under another contract; export it with "
                "the version that made it"
            ) from error


def card(found: Exported) -> str:
    """The README of an exported folder."""
    left = "".join(f"- {count} {why}\n" for why, count in found.left_out.items())
    return f"""# Deliveries as offline data

{found.rows} rows of {found.episodes} episodes, layout `{found.layout}`, format `{found.format}`,
made with {", ".join(found.made_with)}.

{"Episodes that were left out:" if left else "No episode was left out."}

{left}
{section(found.layout)}"""
