"""Blocks of the page: gzipped JSON that is unpacked when somebody asks for it."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any


def pack(value: Any) -> str:
    """JSON, gzipped, as text that no HTML parser can take for markup."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.b64encode(gzip.compress(text, 6, mtime=0)).decode()


class Texts:
    """Texts by number, each kept once.

    Episodes of one ticket read the same files and get the same answers; gzip looks back 32 kB
    only, and would store them again for each.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of `text`, a new one where it is new."""
        return self._numbers.setdefault(text, len(self._numbers))

    def all(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._numbers)
