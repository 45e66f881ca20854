"""Rows as files that anything reads: `datasets` folders, Parquet, JSON Lines."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from fde_env.errors import UsageError
from fde_env.export.rows import ROW_OF, About, Layout
from fde_env.export.schema import features_of


def write_jsonl(rows: Iterable[About], layout: Layout, folder: Path) -> int:
    """`data.jsonl`; returns the number of rows."""
    del layout
    count = 0
    with (folder / "data.jsonl").open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            file.write(row.model_dump_json() + "\n")
            count += 1
    return count


def write_datasets(rows: Iterable[About], layout: Layout, folder: Path) -> int:
    """A folder for `datasets.load_from_disk`; returns the number of rows."""
    return _with_dataset(rows, layout, lambda data: data.save_to_disk(folder))


def write_parquet(rows: Iterable[About], layout: Layout, folder: Path) -> int:
    """`data.parquet`; returns the number of rows."""
    return _with_dataset(rows, layout, lambda data: data.to_parquet(folder / "data.parquet"))


def _with_dataset(rows: Iterable[About], layout: Layout, save: Callable[[Any], Any]) -> int:
    try:
        import datasets
    except ImportError:
        raise UsageError(
            "the package `datasets` is not installed: pip install 'fde-env[train]', or write jsonl"
        ) from None

    def plain() -> Iterator[dict[str, Any]]:
        for row in rows:
            yield row.model_dump(mode="json")

    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        with tempfile.TemporaryDirectory(prefix="fde-export-") as cache:
            data = datasets.Dataset.from_generator(
                plain,
                features=features_of(ROW_OF[layout]),
                cache_dir=cache,
                # Without one the generator would be pickled to be named.
                fingerprint=f"fde-export-{layout}",
            )
            save(data)
            return len(data)
    finally:
        if shown:
            datasets.enable_progress_bars()


Writer = Callable[[Iterable[About], Layout, Path], int]
WRITERS: Final = MappingProxyType[str, Writer](
    {"datasets": write_datasets, "parquet": write_parquet, "jsonl": write_jsonl}
)
