"""Shorter deliveries among those that succeed: an optional reward for training, never a score.

Agents trained for a return alone grow talkative. This shaping follows the idea of SmartThinker
(length calibrated on what succeeds, with a coefficient that never punishes a success): within a
group of rollouts of one ticket it fits a normal distribution to the lengths of the *successful*
ones and charges a success for what it is longer than the fitted mean, in standard deviations.
Failures and shorter successes are never charged.

The coefficient is as large as is asked for, or as small as it must be. GRPO's advantage has the
sign of `reward - mean(reward)`, so with returns r, charges c * e and means over the group, success
i keeps a non-negative advantage when `c * (e_i - mean(e)) <= r_i - mean(r)`; c is kept below the
least such bound. Where all succeed alike the advantages sum to zero, so that bound is zero and
nothing is charged: length decides only in a group that has failures to be better than.

The benchmark's score is the environment's return and knows nothing of this. The guarantee holds
for the sum of `DeliveryTools.get_reward` and this reward, both at weight 1, with TRL's default
aggregation (`sum_then_normalize`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from fde_env.errors import UsageError

SUCCESS: Final = 1.0
# Trainers add and average in single precision; what is kept free is far above its rounding.
KEPT_FREE: Final = 0.1

Measure = Callable[[Any, Sequence[int]], float]


class Scored(Protocol):
    """A rollout's environment that knows its return."""

    def get_reward(self) -> float:
        """Return of the rollout, 0 to 1."""
        ...


def length_rewards(
    returns: Sequence[float], lengths: Sequence[float], strength: float
) -> list[float]:
    """What each rollout of one group is paid for its length: zero or less.

    Args:
        returns: the environment's returns, 0 to 1; a success has 1, which only a valid delivery
            earns.
        lengths: lengths of the rollouts, in tokens.
        strength: most that one standard deviation above the fit costs.

    Returns:
        One reward a rollout; added to `returns`, no success falls below the group's mean.

    Raises:
        UsageError: the lists differ in length, or `strength` is negative.
    """
    if len(returns) != len(lengths) or strength < 0:
        raise UsageError("length_rewards wants one length a return, and a strength of at least 0")
    succeeded = [i for i, value in enumerate(returns) if value >= SUCCESS]
    excess = _excess(lengths, succeeded)
    coefficient = min(strength, (1 - KEPT_FREE) * _bound(returns, excess, succeeded))
    return [-coefficient * value if value else 0.0 for value in excess]


def _excess(lengths: Sequence[float], succeeded: Sequence[int]) -> list[float]:
    """How far each success is above the fitted mean, in standard deviations; 0 for the others."""
    excess = [0.0] * len(lengths)
    if len(succeeded) < 2:
        return excess
    own = [float(lengths[i]) for i in succeeded]
    mean = math.fsum(own) / len(own)
    spread = math.sqrt(math.fsum((length - mean) ** 2 for length in own) / len(own))
    if spread == 0:
        return excess
    for i in succeeded:
        excess[i] = max(0.0, (lengths[i] - mean) / spread)
    return excess


def _bound(returns: Sequence[float], excess: Sequence[float], succeeded: Sequence[int]) -> float:
    """The largest coefficient that leaves every success at or above the group's mean."""
    if not succeeded:
        return 0.0
    mean_return = math.fsum(returns) / len(returns)
    mean_excess = math.fsum(excess) / len(excess)
    bounds = [
        (returns[i] - mean_return) / (excess[i] - mean_excess)
        for i in succeeded
        if excess[i] > mean_excess
    ]
    return max(0.0, min(bounds, default=0.0))


def all_tokens(completion: Any, token_ids: Sequence[int]) -> float:
    """Tokens of the whole rollout after its prompt, what tools answered among them."""
    del completion
    return float(len(token_ids))


def length_reward(
    num_generations: int, strength: float = 0.1, measure: Measure = all_tokens
) -> Callable[..., list[float]]:
    """A reward function for `GRPOTrainer(reward_funcs=[...])` beside the environment's own.

    Args:
        num_generations: rollouts in a group, as in `GRPOConfig`.
        strength: most that one standard deviation above the fit costs.
        measure: length of a rollout from its messages and its token ids. The default counts what
            tools answered as well, so that needless reading costs something; count the
            assistant's messages alone to charge for words only.

    Returns:
        A function of TRL's keyword arguments that returns one reward a rollout, zero or less.

    Raises:
        UsageError: at each call, when whole groups do not stand together in this process.
    """

    def length_shaping(
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]],
        environments: Sequence[Scored],
        **columns: Any,
    ) -> list[float]:
        # Every column of the training rows is handed on; these two say what is delivered.
        tickets = columns.get("ticket") or columns.get("seed") or [None] * len(completions)
        pairs = zip(completions, completion_ids, strict=True)
        lengths = [measure(completion, ids) for completion, ids in pairs]
        paid: list[float] = []
        for start in range(0, len(completions), num_generations):
            group = slice(start, start + num_generations)
            if len(completions[group]) < num_generations or len(set(tickets[group])) > 1:
                raise UsageError(
                    f"length_reward needs whole groups of {num_generations} rollouts in one "
                    "process: let per_device_train_batch_size be a multiple of num_generations"
                )
            # The environment raises what has no score, and so does this.
            returns = [environment.get_reward() for environment in environments[group]]
            paid += length_rewards(returns, lengths[group], strength)
        return paid

    return length_shaping
