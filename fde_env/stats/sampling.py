"""Secret, reproducible samples of the probe pool.

The e-process is valid because the rows of check k are random given everything before it, the
frozen model included. They are: whoever lacks the host's key cannot tell HMAC-SHA-256 from random
bits. Whoever has the key can draw the same rows again, on any machine.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator


def draw_sample(
    host_key: bytes, run_key: str, check: int, pool_size: int, sample_size: int
) -> tuple[int, ...]:
    """Draw rows of the probe pool for one check, without replacement, in order of drawing.

    A partial Fisher-Yates shuffle, fed by HMAC-SHA-256(host key, run key and check) in counter
    mode. The result depends on the arguments alone, not on the Python version or the platform.

    Args:
        host_key: The host's secret; never enters the sandbox.
        run_key: Name of the run in the store.
        check: Number of the check, from 1.
        pool_size: Rows in the pool.
        sample_size: Rows to draw, at most `pool_size`.

    Returns:
        `sample_size` different indices in [0, pool_size).

    Raises:
        ValueError: The sample is larger than the pool, or the check is not counted from 1.
    """
    if not 0 <= sample_size <= pool_size:
        raise ValueError(f"cannot draw {sample_size} of {pool_size} rows")
    if check < 1:
        raise ValueError(f"checks are counted from 1, not {check}")
    message = b"\0".join((b"clean-probe", run_key.encode(), str(check).encode()))
    words = _words(hmac.new(host_key, message, hashlib.sha256).digest())
    rows = list(range(pool_size))
    for i in range(sample_size):
        j = i + _below(pool_size - i, words)
        rows[i], rows[j] = rows[j], rows[i]
    return tuple(rows[:sample_size])


def _words(seed: bytes) -> Iterator[int]:
    """Endless 64-bit words: HMAC-SHA-256 of a counter under `seed`, four words a block."""
    counter = 0
    while True:
        block = hmac.new(seed, counter.to_bytes(8, "big"), hashlib.sha256).digest()
        yield from (int.from_bytes(block[i : i + 8], "big") for i in range(0, 32, 8))
        counter += 1


def _below(bound: int, words: Iterator[int]) -> int:
    """Return a uniform integer in [0, bound); words that would favour small values are refused."""
    limit = 2**64 - 2**64 % bound
    return next(word for word in words if word < limit) % bound
