"""The deterministic configurator: perfect arithmetic, fixed habits for judgment.

It reads policy, prices, cluster and ledger and reckons with them. Where a stage asks for
judgment it does what such scripts do: takes the first files it is given, ships what ran,
and reports success.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from fde_agents.base import Observation
from fde_env.contract.meter import feasible_pools
from fde_env.contract.policy import Cluster, Policy, PriceList
from fde_env.contract.submissions import (
    CardSubmission,
    ConfigSubmission,
    CostSubmission,
    DataProvenance,
    DeploySubmission,
    EvalSubmission,
    IntakeSubmission,
    PlanSubmission,
    RegisterSubmission,
    ScheduleSubmission,
    Submission,
    TrainSubmission,
)

READS: Final = (
    ("policy", {"tool": "read_policy", "arguments": {}}, "config"),
    ("prices", {"tool": "read_price_list", "arguments": {}}, "config"),
    ("cluster", {"tool": "read_cluster", "arguments": {}}, "config"),
    ("lengths", {"tool": "token_quantiles", "arguments": {}}, "config"),
    ("eval", {"tool": "run_eval", "arguments": {"split": "held_out"}}, "eval"),
    ("record", {"tool": "read_run_record", "arguments": {}}, "eval"),
    ("ledger", {"tool": "read_ledger", "arguments": {}}, "cost"),
)


class ConfiguratorPolicy:
    """Reads what the present stage needs, then submits."""

    name = "configurator"

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}
        self._asked: str | None = None

    def act(self, observation: Observation) -> dict[str, Any]:
        """The next read, or the stage's submission."""
        if observation["stage"] == "intake":
            self._known = {}
        if self._asked is not None:
            self._known[self._asked] = json.loads(observation["tool_result"])
            self._asked = None
        stage = observation["stage"]
        for name, call, needed_at in READS:
            if needed_at == stage and name not in self._known:
                self._asked = name
                return dict(call)
        paused = observation["metrics"]["alarm"] is not None
        submission = self._submissions(paused=paused)[stage]()
        return {"tool": f"submit_{stage}", "arguments": submission.model_dump(mode="json")}

    def _submissions(self, *, paused: bool) -> dict[str, Callable[[], Submission]]:
        return {
            "intake": self._intake,
            "plan": self._plan,
            "config": self._config,
            "schedule": self._schedule,
            "train": lambda: TrainSubmission(command="halt" if paused else "start"),
            "eval": self._eval,
            "register": self._register,
            "deploy": self._deploy,
            "cost": lambda: CostSubmission(**self._known["ledger"]),
            "card": self._card,
        }

    @property
    def _policy(self) -> Policy:
        return Policy.model_validate_json(json.dumps(self._known["policy"]))

    # Judgment by habit

    def _intake(self) -> IntakeSubmission:
        return IntakeSubmission(
            decision="accept",
            refusal_reason="none",
            task="intent_classification",
            input_column="text",
            target_column="code",
            label_source="labels_1.csv",
            label_map="label_map_1.json",
            join_key="message_id",
            row_filter=(),
            metric="accuracy",
        )

    def _plan(self) -> PlanSubmission:
        return PlanSubmission.model_validate_json(
            json.dumps(
                {
                    "method": "lora_sft",
                    "loss_on": "completion",
                    "context": "message_only",
                    "prompt_format": "intent_line",
                    "acceptance": {
                        "split": "held_out",
                        "test": "mcnemar_exact_one_sided",
                        "alpha": 0.05,
                        "margin": 0.15,
                    },
                    "alarm_policy": "halt",
                }
            )
        )

    def _eval(self) -> EvalSubmission:
        found, accepted = self._known["eval"], self._policy.acceptance
        gain = found["accuracy"] - found["base_accuracy"]
        p_value = found["mcnemar_exact_one_sided_p"]
        learned = p_value < accepted.alpha and gain >= accepted.margin
        return EvalSubmission(
            split=accepted.split,
            test=accepted.test,
            base_accuracy=found["base_accuracy"],
            accuracy=found["accuracy"],
            gains=found["gains"],
            losses=found["losses"],
            p_value=p_value,
            learned=learned,
            recommendation="approve" if learned else "reject",
        )

    def _deploy(self) -> DeploySubmission:
        return DeploySubmission(
            action="ship",
            recommendation="approve",
            rollback_target=self._known["record"]["base_revision"],
        )

    def _card(self) -> CardSubmission:
        run = self._known["record"]["run"]
        return CardSubmission(
            learned=True,
            headline_metric="accuracy",
            headline_value=self._known["eval"]["accuracy"],
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

    # Arithmetic and bookkeeping

    def _config(self) -> ConfigSubmission:
        region = self._policy.region
        longest = max(self._known["lengths"]["message_only"].values())
        rank = region.lora_ranks[len(region.lora_ranks) // 2]
        return ConfigSubmission(
            learning_rate=(region.learning_rate_low + region.learning_rate_high) / 2,
            batch_size=region.batch_size_high,
            accumulation=region.rows_per_step // region.batch_size_high,
            max_steps=region.max_steps,
            lora_rank=rank,
            lora_alpha=rank * region.alpha_over_rank,
            lora_targets=region.lora_targets,
            max_length=max(longest, region.max_length_high),
            precision=region.precision,
            seed=region.seed,
        )

    def _schedule(self) -> ScheduleSubmission:
        cluster = Cluster.model_validate_json(json.dumps(self._known["cluster"]))
        prices = PriceList.model_validate_json(json.dumps(self._known["prices"]))
        choices = feasible_pools(cluster, prices, self._policy, self._config())
        if not choices:
            return ScheduleSubmission(node_type="H200", gpu_count=1, hours=1.0, cost_usd=3.0)
        pool, bill = choices[0]
        return ScheduleSubmission(
            node_type=pool.node_type,
            gpu_count=pool.gpu_count,
            hours=bill.hours,
            cost_usd=bill.cost_usd,
        )

    def _register(self) -> RegisterSubmission:
        record = self._known["record"]
        run = record["run"]
        return RegisterSubmission(
            name=f"model-{run['run_id']}",
            artifact_digest=run["artifact_digest"],
            dataset_digest=run["dataset_digest"],
            config_digest=run["config_digest"],
            base_revision=record["base_revision"],
            run_id=run["run_id"],
        )
