"""What stands in a fresh registry: the models that the customer had entered before."""

from __future__ import annotations

from typing import Final

from fde_env.contract.submissions.register import RegisterSubmission

NAMES: Final = ("intent-2024", "intent-2025")


def _entry(name: str) -> RegisterSubmission:
    past = "0" * 32
    return RegisterSubmission(
        name=name,
        artifact_digest=past,
        dataset_digest=past,
        config_digest=past,
        base_revision=past,
        run_id="run-" + past[:12],
    )


EARLIER: Final = tuple(map(_entry, NAMES))
