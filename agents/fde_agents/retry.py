"""Trying a request again: exponential backoff with jitter, after the server's own wish if any."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from fde_env.errors import ProviderError

T = TypeVar("T")


class AttemptFailed(Exception):  # noqa: N818  # it says what happened; `error` is the error
    """One request failed.

    Args:
        error: what is raised when no try is left.
        again: whether another try may help.
        after_s: seconds that the server asked to wait, if it did.
        counts: whether it uses up a try; a request that goes on in another form does not.
    """

    def __init__(
        self,
        error: ProviderError,
        *,
        again: bool,
        after_s: float | None = None,
        counts: bool = True,
    ) -> None:
        super().__init__(str(error))
        self.error, self.again, self.after_s, self.counts = error, again, after_s, counts


class ContextFull(AttemptFailed):
    """The prompt is longer than the model takes; a shorter one may do."""


@dataclass(frozen=True)
class Backoff:
    """How often and how long. The n-th pause is drawn from half to all of `first_s * 2**n`."""

    tries: int
    first_s: float = 1.0
    longest_s: float = 60.0
    patience_s: float = 300.0
    """Longest wait that a server may ask for; longer ones end the tries."""
    sleep: Callable[[float], None] = time.sleep
    # Jitter is for spreading requests, not for results: it needs no seed.
    draw: Callable[[], float] = field(default=random.random)

    def pause(self, failures: int, after_s: float | None) -> float:
        """Seconds before the next try, after `failures` failed ones (1 or more)."""
        own = min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 30))
        own *= 0.5 + 0.5 * self.draw()
        return own if after_s is None else max(own * 0.1, 0.0) + max(after_s, 0.0)

    def persist(self, attempt: Callable[[], T], failed: Callable[[AttemptFailed], None]) -> T:
        """Call `attempt` until it answers.

        Args:
            attempt: one request; raises `AttemptFailed`.
            failed: told of every failure that is followed by another try.

        Raises:
            ContextFull: at once, for the caller to shorten the prompt.
            ProviderError: no try is left, or none would help.
        """
        failures = 0
        while True:
            try:
                return attempt()
            except ContextFull:
                raise
            except AttemptFailed as failure:
                failures += failure.counts
                waits = failure.after_s is not None and failure.after_s > self.patience_s
                if not failure.again or failures >= self.tries or waits:
                    raise failure.error from None
                failed(failure)
                if failure.counts:
                    self.sleep(self.pause(failures, failure.after_s))
