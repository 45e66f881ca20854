"""pass^k: the chance that an agent delivers a ticket in each of k tries.

For a ticket solved in c of n trials the unbiased estimate is C(c, k) / C(n, k); the figure is its
mean over tickets. Values of a ticket lie in [0, 1], so their variance is at most that of a coin
with the same mean, and Wilson's interval over tickets is, if anything, too wide.

Source: S. Yao, N. Shinn, P. Razavi and K. Narasimhan (2024), "tau-bench: A Benchmark for
Tool-Agent-User Interaction in Real-World Domains", arXiv 2406.12045.

>>> pass_hat(3, 4, 1), pass_hat(3, 4, 2), pass_hat(3, 4, 4)
(0.75, 0.5, 0.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

from fde_env.stats.clustered import wilson


def pass_hat(successes: int, trials: int, k: int) -> float:
    """Unbiased estimate of the chance that k independent trials of one ticket all succeed.

    Raises:
        ValueError: There are fewer than k trials, or counts do not fit.
    """
    if not 1 <= k <= trials or not 0 <= successes <= trials:
        raise ValueError(f"counts do not fit: {successes} of {trials}, k = {k}")
    return comb(successes, k) / comb(trials, k)


def pass_power_k(
    tickets: Sequence[tuple[int, int]], k: int
) -> tuple[float | None, float, float, int]:
    """pass^k over tickets of (successes, trials).

    Returns:
        Mean, lower and upper end of the 95% interval, and the tickets with at least k trials,
        which alone count; the mean is None where there is no such ticket.

    >>> mean, low, high, counted = pass_power_k([(2, 2), (1, 2), (0, 1)], 2)
    >>> mean, counted
    (0.5, 2)
    """
    values = [pass_hat(won, tried, k) for won, tried in tickets if tried >= k]
    if not values:
        return None, 0.0, 1.0, 0
    low, high = wilson(sum(values), len(values))
    return sum(values) / len(values), low, high, len(values)
