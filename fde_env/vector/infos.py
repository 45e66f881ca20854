"""Infos of many environments as one, as Gymnasium's vector environments have it.

First as columns, which are cheap to send from process to process, then as arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
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
        places = list(chain.from_iterable(own for own, _ in several))
        nested = isinstance(several[0][1], dict)
        inner = [values for _, values in several]
        found[key] = places, joined(inner) if nested else list(chain.from_iterable(inner))
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
        every = len(places) == count
        mask = np.zeros(count, np.bool_)
        mask[slice(None) if every else places] = True
        if isinstance(values, dict):
            made[key] = arrays(values, count)
        else:
            given = _array(values, plain=key == "final_obs")
            made[key] = given if every else _scattered(given, places, count)
        made[f"_{key}"] = mask
    return made


def _array(values: list[Any], *, plain: bool) -> NDArray[Any]:
    """The values as an array; `plain`: as objects, whatever they are."""
    first = values[0]
    if not plain and isinstance(first, np.ndarray):
        return np.array(values, first.dtype)
    number = type(first) in (int, float, bool) or isinstance(first, np.number)
    # Not `np.array`, which takes a list of lists for rows and columns.
    return np.fromiter(values, type(first) if number and not plain else object, len(values))


def _scattered(given: NDArray[Any], places: list[int], count: int) -> NDArray[Any]:
    """The values at their places, zero or None at others."""
    shape = (count, *given.shape[1:])
    array = np.empty(shape, object) if given.dtype == object else np.zeros(shape, given.dtype)
    array[places] = given
    return array
