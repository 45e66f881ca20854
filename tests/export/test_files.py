"""Each format is read back by the library that it is for, and holds the same."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from fde_env.errors import StoreCorrupt, UsageError
from fde_env.export.choose import Choice, Chosen
from fde_env.export.episode import lived
from fde_env.export.rows import LAYOUTS, Layout, rows_of
from fde_env.export.schema import page
from fde_env.export.write import export

ALL = Choice()


def expected(folder: Path, layout: Layout) -> list[dict[str, Any]]:
    return [
        row.model_dump(mode="json")
        for trajectory in Chosen(folder, ALL)
        for row in rows_of(lived(trajectory), layout)
    ]


def rounded(value: Any) -> Any:
    """`value` as `datasets` keeps JSON objects: numbers to ten decimals."""
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return pytest.approx(value, abs=1e-10) if isinstance(value, float) else value


@pytest.mark.parametrize("layout", LAYOUTS)
def test_datasets_parquet_and_jsonl_give_back_every_row(
    played: Path, tmp_path: Path, layout: Layout
) -> None:
    datasets = pytest.importorskip("datasets")
    rows = expected(played, layout)
    for form in ("datasets", "parquet", "jsonl"):
        done = export(played, tmp_path / form, form, layout, ALL)
        assert (done.rows, done.episodes) == (len(rows), 10)
    kept = rounded(rows) if layout == "chat" else rows
    assert list(datasets.load_from_disk(tmp_path / "datasets")) == kept
    parquet = datasets.Dataset.from_parquet(
        str(tmp_path / "parquet" / "data.parquet"), cache_dir=str(tmp_path / "cache")
    )
    assert list(parquet) == kept
    lines = (tmp_path / "jsonl" / "data.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == rows


def test_minari_gives_back_every_episode(played: Path, tmp_path: Path) -> None:
    minari = pytest.importorskip("minari")
    export(played, tmp_path / "out", "minari", "episodes", ALL)
    rows = expected(played, "episodes")
    found = minari.MinariDataset(tmp_path / "out" / "data")
    assert found.total_episodes == len(rows)
    assert found.total_steps == sum(len(row["actions"]) for row in rows)
    for episode, row in zip(found.iterate_episodes(), rows, strict=True):
        assert list(episode.actions) == row["actions"]
        assert list(episode.rewards) == row["rewards"]
        assert list(episode.terminations) == row["terminations"]
        assert list(episode.truncations) == row["truncations"]
        parts = {name: list(values) for name, values in episode.observations.items()}
        parts["metrics"] = [json.loads(text) for text in parts["metrics"]]
        seen = [dict(zip(parts, item, strict=True)) for item in zip(*parts.values(), strict=True)]
        assert seen == row["observations"]
        for name, value in found.observation_space.spaces.items():
            assert value.contains(episode.observations[name][0])
    about = next(iter(found.storage.get_episode_metadata([0])))
    assert about["agent"] == rows[0]["agent"]


def test_the_schema_says_what_is_written(played: Path, tmp_path: Path) -> None:
    # Written by: python -m fde_env.export.schema > fde_env/export/schema.md
    assert files("fde_env.export").joinpath("schema.md").read_text("utf-8") == page()
    export(played, tmp_path / "out", "jsonl", "steps", Choice(agents=("careful",)))
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "`next_observation`" in card
    assert "- 7 of other agents" in card
    assert str(tmp_path) not in card


@pytest.mark.parametrize(
    ("form", "layout", "choice", "said"),
    [
        ("csv", "steps", ALL, "--format is"),
        ("jsonl", "turns", ALL, "--layout is"),
        ("minari", "steps", ALL, "--layout episodes"),
        ("jsonl", "steps", Choice(agents=("nobody",)), "10 of other agents"),
    ],
)
def test_what_cannot_be_written_is_said_and_leaves_nothing(
    played: Path, tmp_path: Path, form: str, layout: str, choice: Choice, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        export(played, tmp_path / "out", form, layout, choice)
    assert list(tmp_path.iterdir()) == []


def test_an_older_export_is_never_written_over(played: Path, tmp_path: Path) -> None:
    export(played, tmp_path / "out", "jsonl", "steps", ALL)
    with pytest.raises(UsageError, match="exists already"):
        export(played, tmp_path / "out", "jsonl", "steps", ALL)


def test_a_torn_trajectory_stops_the_export(played: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bench"
    folder.mkdir()
    whole = next(iter((played / "episodes").iterdir()))
    (folder / whole.name).write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(StoreCorrupt, match="cannot be unpacked"):
        export(folder, tmp_path / "out", "jsonl", "steps", ALL)
    assert not (tmp_path / "out").exists()
