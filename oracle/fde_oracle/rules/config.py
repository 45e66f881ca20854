"""Config: every hyperparameter inside the certified region, and no row cut."""

from __future__ import annotations

from fde_env.contract.facts import Facts
from fde_env.contract.meter import rows_per_step
from fde_env.contract.submissions import ConfigSubmission
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_oracle.rules.base import Check, verdict


def judge(truth: Truth, submission: ConfigSubmission, facts: Facts) -> Verdict:
    """Compare each value with the region; rows must fit within `max_length`."""
    region = truth.policy.region
    rate = submission.learning_rate
    return verdict(
        "config",
        [
            Check(
                region.learning_rate_low <= rate <= region.learning_rate_high,
                f"learning rate {rate:g} is outside the certified range",
            ),
            Check(
                rows_per_step(submission) == region.rows_per_step,
                f"batch x accumulation is not {region.rows_per_step} rows",
            ),
            Check(submission.batch_size <= region.batch_size_high, "the micro-batch is too large"),
            Check(
                submission.max_steps == region.max_steps, f"certified for {region.max_steps} steps"
            ),
            Check(submission.lora_rank in region.lora_ranks, "the LoRA rank is not certified"),
            Check(
                submission.lora_alpha == region.alpha_over_rank * submission.lora_rank,
                f"alpha is not {region.alpha_over_rank} x rank",
            ),
            Check(
                sorted(submission.lora_targets) == sorted(region.lora_targets),
                "the adapted layers are not the certified ones",
            ),
            Check(
                submission.max_length >= facts.lengths.longest,
                f"rows of up to {facts.lengths.longest} tokens would be cut",
            ),
            Check(submission.max_length <= region.max_length_high, "the row limit is too large"),
            Check(submission.precision == region.precision, f"precision is {region.precision}"),
            Check(submission.seed == region.seed, "the seed is not the pinned one"),
        ],
    )
