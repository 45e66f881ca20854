"""Trying again: how often, how long, and when not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_agents.retry import AttemptFailed, Backoff, ContextFull
from fde_env.errors import ProviderOverloaded, RateLimited, RequestRejected


class Attempts:
    """Fails with each of `failures` in turn, then answers."""

    def __init__(self, *failures: AttemptFailed) -> None:
        self.failures, self.made, self.told = list(failures), 0, 0

    def __call__(self) -> str:
        self.made += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"

    def tell(self, _: AttemptFailed) -> None:
        self.told += 1


def busy(after_s: float | None = None) -> AttemptFailed:
    return AttemptFailed(ProviderOverloaded("busy"), again=True, after_s=after_s)


def test_it_gives_up_after_its_tries_and_raises_what_happened_last() -> None:
    waits: list[float] = []
    attempts = Attempts(busy(), busy(), AttemptFailed(RateLimited("slow"), again=True))
    with pytest.raises(RateLimited, match="slow"):
        Backoff(3, sleep=waits.append).persist(attempts, attempts.tell)
    assert (attempts.made, attempts.told, len(waits)) == (3, 2, 2)


def test_what_cannot_help_is_not_tried_again() -> None:
    attempts = Attempts(AttemptFailed(RequestRejected("no"), again=False))
    with pytest.raises(RequestRejected):
        Backoff(9, sleep=lambda _: None).persist(attempts, attempts.tell)
    assert attempts.made == 1


def test_another_form_of_the_request_uses_up_no_try_and_waits_for_nothing() -> None:
    waits: list[float] = []
    other = [AttemptFailed(RequestRejected("no"), again=True, counts=False) for _ in range(5)]
    attempts = Attempts(*other)
    assert Backoff(1, sleep=waits.append).persist(attempts, attempts.tell) == "answer"
    assert (attempts.told, waits) == (5, [])


def test_a_full_context_is_the_callers_to_shorten() -> None:
    attempts = Attempts(ContextFull(RequestRejected("long"), again=False))
    with pytest.raises(ContextFull):
        Backoff(9).persist(attempts, attempts.tell)


@given(st.integers(1, 60), st.floats(0, 1), st.none() | st.floats(0, 300))
def test_a_pause_is_at_least_what_was_asked_for_and_never_endless(
    failures: int, drawn: float, after_s: float | None
) -> None:
    pause = Backoff(5, draw=lambda: drawn).pause(failures, after_s)
    assert (after_s or 0.0) <= pause <= (after_s or 0.0) + 60.0


def test_pauses_double_and_are_spread_over_their_upper_half() -> None:
    low, high = Backoff(9, draw=lambda: 0.0), Backoff(9, draw=lambda: 1.0)
    assert [high.pause(n, None) for n in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, 8.0]
    assert [low.pause(n, None) for n in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 4.0]
