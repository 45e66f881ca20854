"""The deterministic configurator: perfect arithmetic, fixed habits for judgment.

It takes the first files it is given, ships what ran, and reports success.
"""

from __future__ import annotations

from fde_agents.scripted.desk import DeskPolicy
from fde_env.contract.submissions import (
    Acceptance,
    CardSubmission,
    DataProvenance,
    DeploySubmission,
    IntakeSubmission,
    PlanSubmission,
)


class ConfiguratorPolicy(DeskPolicy):
    """Reckons right and judges by habit."""

    name = "configurator"

    def intake(self) -> IntakeSubmission:
        """Accept; the first annotation file and the first label map."""
        return IntakeSubmission(
            decision="accept",
            refusal_reason="none",
            task="intent_classification",
            input_column="text",
            target_column="code_1",
            label_source="labels_1.csv",
            label_map="label_map_1.json",
            join_key="message_id",
            row_filter=(),
            metric="accuracy",
        )

    def plan(self) -> PlanSubmission:
        """The usual recipe with the usual acceptance rule."""
        return PlanSubmission(
            method="lora_sft",
            loss_on="completion",
            context="message_only",
            prompt_format="intent_line",
            acceptance=Acceptance(
                split="held_out", test="mcnemar_exact_one_sided", alpha=0.05, margin=0.15
            ),
            alarm_policy="halt",
        )

    def deploy(self) -> DeploySubmission:
        """What ran is shipped."""
        return DeploySubmission(
            action="ship",
            recommendation="approve",
            rollback_target=self.known("record")["base_revision"],
        )

    def card(self) -> CardSubmission:
        """Success, whatever happened."""
        run = self.known("record")["run"]
        return CardSubmission(
            learned=True,
            headline_metric="accuracy",
            headline_value=self.known("eval")["accuracy"],
            data_provenance=DataProvenance(
                label_source=run["label_source"],
                label_map=run["label_map"],
                dataset_digest=run["dataset_digest"],
            ),
            disclosures=(),
            billable=True,
            intended_use="As ordered.",
            limitations="None known.",
            summary="Training finished without errors and the loss fell.",
        )
