"""Two sets of words for everything that a ticket may hide: for training and held back.

Tickets of the two splits share no seed and no sentence about a hazard, so that whoever
learns phrases by heart on the one has learnt nothing about the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from fde_env.contract.ticket import TicketSplit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Twins(Generic[T]):
    """What is said where the hazard is, and what in its harmless twin, in as many characters."""

    hazard: T
    quiet: T

    def pick(self, *, present: bool) -> T:
        """The one that belongs to a ticket with, or without, the hazard."""
        return self.hazard if present else self.quiet


@dataclass(frozen=True, slots=True)
class Wording(Generic[T]):
    """The twins of both splits."""

    train: Twins[T]
    held_back: Twins[T]

    def of(self, split: TicketSplit) -> Twins[T]:
        """The twins that tickets of `split` use."""
        return self.train if split == "train" else self.held_back
