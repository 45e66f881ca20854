"""The frozen base of every contract type, canonical JSON and digests."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Frozen(BaseModel):
    """Immutable, closed record: unknown fields are refused, values cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Same(Generic[T]):
    """A value as a cache's key that goes by identity, where comparing it would cost too much.

    For large immutable values that are made once: a ticket's parts, a run's evidence. The key
    holds its value, so that while a cache has it no other value can be taken for it.
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        """By identity."""
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        """By identity."""
        return isinstance(other, Same) and self.value is other.value


def canonical_json(value: Any) -> bytes:
    """Encode a contract object or plain JSON value as sorted, compact UTF-8 bytes."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(value: Any) -> str:
    """SHA-256 (64 hex digits) of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def keyed_digest(secret: str, value: str) -> str:
    """HMAC-SHA-256 of `value` under a ticket's secret, 32 hex digits.

    What an agent is shown is keyed, so that no digest or id can be recognised in
    another ticket.
    """
    return hmac.new(secret.encode(), value.encode(), hashlib.sha256).hexdigest()[:32]
