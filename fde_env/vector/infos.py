"""Infos of many environments as one, as Gymnasium's vector environments have it.

First as columns, which are cheap to send from process to process, then as arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Places of the environments that have a key, and their values; or, where these are dicts, columns.
Column = tuple[list[int], Any]
Columns = dict[str, Column]


def columns(places: list[int], infos: Sequence[Mapping[str, Any]]) -> Columns:
    """The infos by key, keys in the order in which they first appear.

    Args:
        places: of the environments, rising.
        infos: theirs.
    """
    if not infos:
        return {}
    keys = infos[0].keys()
    found: Columns = {}
    if all(info.keys() == keys for info in infos):
        found = {key: (places, [info[key] for info in infos]) for key in keys}
    else:
        for place, info in zip(places, infos, strict=True):
            for key, value in info.items():
                own, values = found.setdefault(key, ([], []))
                own.append(place)
                values.append(value)
    for key, (own, values) in found.items():
        if isinstance(values[0], dict) and key != "final_obs":
            found[key] = own, columns(own, values)
    return found


def joined(parts: Sequence[Columns]) -> Columns:
    """One after the other, the places rising throughout."""
    if len(parts) == 1:
        return parts[0]
    gathered: dict[str, list[Column]] = {}
    for part in parts:
        for key, column in part.items():
            gathered.setdefault(key, []).append(column)
    found: Columns = {}
    for key, several in gathered.items():
        places = [place for own, _ in several for place in own]
        nested = isinstance(several[0][1], dict)
        inner = [values for _, values in several]
        found[key] = places, joined(inner) if nested else [item for row in inner for item in row]
    return found


def arrays(found: Columns, count: int) -> dict[str, Any]:
    """What adding one info after the other by `VectorEnv._add_info` comes to.

    Args:
        found: of environments 0 to `count` - 1.
        count: environments in all.

    Returns:
        For each key an array of `count` values, or a dict of such where the values are dicts, and
        beside it the mask `_key`, shape (count,), of those that have the key. The first value
        decides the type of an array.
    """
    made: dict[str, Any] = {}
    for key, (places, values) in found.items():
        nested = isinstance(values, dict)
        made[key] = arrays(values, count) if nested else _array(key, places, values, count)
        mask = np.zeros(count, np.bool_)
        mask[slice(None) if len(places) == count else places] = True
        made[f"_{key}"] = mask
    return made


def _array(key: str, places: list[int], values: list[Any], count: int) -> NDArray[Any]:
    first = values[0]
    array: NDArray[Any]
    if key == "final_obs":
        array = np.empty(count, object)
    elif type(first) in (int, float, bool) or isinstance(first, np.number):
        array = np.zeros(count, type(first))
    elif isinstance(first, np.ndarray):
        array = np.zeros((count, *first.shape), first.dtype)
    else:
        array = np.empty(count, object)
    # One by one: a list would otherwise be taken for a row of values.
    for place, value in zip(places, values, strict=True):
        array[place] = value
    return array
