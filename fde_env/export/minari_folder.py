"""Episodes as a Minari data set (https://minari.farama.org), stored as Arrow.

Minari knows Gymnasium's own spaces only, and none of them holds JSON; so every leaf is text. An
action is what `env.step` takes; of an observation, `json.loads` gives the metrics back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gymnasium import spaces

from fde_env.errors import UsageError
from fde_env.evaluate.versions import versions_here
from fde_env.export.rows import About, EpisodeRows

DATASET_ID = "fde/deliveries-v0"


def write_minari(rows: Iterable[About], folder: Path) -> int:
    """`data/`, one Arrow file an episode; returns the number of episodes.

    All episodes are held in memory, since their space is known only when all have been seen.

    Raises:
        UsageError: Minari is not installed.
    """
    try:
        import minari
        from minari.dataset.minari_storage import MinariStorage
    except ImportError:
        raise UsageError("Minari is not installed: pip install 'fde-env[offline]'") from None
    whole = tuple(row for row in rows if isinstance(row, EpisodeRows))
    texts = [_texts(row) for row in whole]
    (folder / "data").mkdir()
    storage = MinariStorage.new(
        folder / "data",
        observation_space=_space(texts),
        action_space=_text_space(action for row in whole for action in row.actions),
        data_format="arrow",
    )
    storage.update_metadata(
        {
            "dataset_id": DATASET_ID,
            "minari_version": minari.__version__,
            "description": f"Deliveries in {versions_here().environment}, by `fde export`.",
        }
    )
    storage.update_episodes(_buffers(whole, texts))
    storage.update_episode_metadata([_about(row) for row in whole])
    return len(whole)


def _texts(row: EpisodeRows) -> dict[str, list[str]]:
    """Observations as one list of texts a part."""
    seen = [item.model_dump(mode="json") for item in row.observations]
    return {
        part: [json.dumps(item[part]) if part == "metrics" else item[part] for item in seen]
        for part in seen[0]
    }


def _space(texts: list[dict[str, list[str]]]) -> spaces.Dict:
    parts = texts[0] if texts else {}
    return spaces.Dict(
        {part: _text_space(text for item in texts for text in item[part]) for part in parts}
    )


def _text_space(texts: Iterable[str]) -> spaces.Text:
    """The space of texts as long, and of the same characters, as those there are."""
    longest, characters = 1, set("{}")
    for text in texts:
        longest = max(longest, len(text))
        characters |= set(text)
    return spaces.Text(longest, min_length=0, charset="".join(sorted(characters)))


def _buffers(rows: tuple[EpisodeRows, ...], texts: list[dict[str, list[str]]]) -> Iterator[Any]:
    from minari.data_collector.episode_buffer import EpisodeBuffer

    for number, (row, seen) in enumerate(zip(rows, texts, strict=True)):
        yield EpisodeBuffer(
            id=number,
            observations=seen,
            actions=list(row.actions),
            rewards=list(row.rewards),
            terminations=list(row.terminations),
            truncations=list(row.truncations),
        )


def _about(row: EpisodeRows) -> dict[str, Any]:
    names = ("episode_id", "unit_id", "agent", "ticket", "held_back", "trial", "outcome")
    return {name: getattr(row, name) for name in names}
