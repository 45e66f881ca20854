"""The frozen base of every contract type, canonical JSON and digests."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable, closed record: unknown fields are refused, values cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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
