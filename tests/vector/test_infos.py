"""Infos in columns come to the arrays that Gymnasium makes one info at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv
from hypothesis import given
from hypothesis import strategies as st
from vector_kit import assert_same

from fde_env.vector.infos import arrays, columns, joined

# Type by key: what an environment's info holds is of one type.
LEAVES = {
    "count": st.integers(-5, 5),
    "share": st.floats(0, 1),
    "flag": st.booleans(),
    "word": st.text(max_size=3),
    "perhaps": st.none() | st.text(max_size=3),
    "row": st.lists(st.integers(0, 9), max_size=3),
    "pair": st.tuples(st.integers(), st.text(max_size=2)),
    "narrow": st.integers(0, 99).map(np.int16),
    "vector": st.integers(0, 9).map(lambda value: np.full(3, value, np.float32)),
    "final_obs": st.dictionaries(st.sampled_from("ab"), st.integers(), max_size=2),
}
FLAT = st.fixed_dictionaries({}, optional=LEAVES)
INFO = st.fixed_dictionaries({}, optional={**LEAVES, "inner": FLAT, "outer": FLAT})


def one_by_one(infos: list[dict[str, Any]]) -> dict[str, Any]:
    env: VectorEnv[Any, Any, Any] = VectorEnv()
    env.num_envs = len(infos)
    found: dict[str, Any] = {}
    for place, info in enumerate(infos):
        found = env._add_info(found, info, place)
    return found


@given(st.lists(INFO, min_size=1, max_size=6), st.integers(1, 6))
def test_columns_of_chunks_come_to_what_gymnasium_makes(
    infos: list[dict[str, Any]], size: int
) -> None:
    places = list(range(len(infos)))
    parts = [
        columns(places[start : start + size], infos[start : start + size])
        for start in range(0, len(infos), size)
    ]
    assert_same(arrays(joined(parts), len(infos)), one_by_one(infos))


def test_no_info_is_no_array() -> None:
    assert arrays(joined([columns([], []), columns([], [])]), 4) == {}
