"""What a request can do without, when a server says that it does not take it.

Servers of one protocol differ in what they accept: some models refuse a forced tool choice,
some servers know no strict tools. A rejection that names such a part is answered by leaving it
out from then on, which is written into the transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fde_agents.retry import AttemptFailed
from fde_env.errors import RequestRejected

# Statuses by which servers reject a part of a request.
ABOUT_PARTS: Final = ("http 400", "http 422")


class Concessions:
    """The parts that are left out so far.

    Args:
        words: part of a request -> words by which a rejection names it; parts are given up in
            this order, one at a time.
    """

    def __init__(self, words: Mapping[str, tuple[str, ...]]) -> None:
        self._words, self._given = words, frozenset[str]()

    def keeps(self, part: str) -> bool:
        """Whether the part is still sent."""
        return part not in self._given

    def given_up(self) -> tuple[str, ...]:
        """The parts that are left out, sorted."""
        return tuple(sorted(self._given))

    def answer(self, failure: AttemptFailed) -> AttemptFailed:
        """`failure`, or another try without the part that it names."""
        said = str(failure.error).lower()
        if not isinstance(failure.error, RequestRejected) or not said.startswith(ABOUT_PARTS):
            return failure
        for part, words in self._words.items():
            if part not in self._given and any(word in said for word in words):
                self._given |= {part}
                error = RequestRejected(f"{failure.error}; goes on without {part}")
                return AttemptFailed(error, again=True, counts=False)
        return failure
