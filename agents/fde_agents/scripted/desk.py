"""The part of a delivery that is reading and arithmetic: what scripted agents share.

A `DeskPolicy` reads policy, prices, cluster, run record and ledger when a stage needs them
and reckons with them. What asks for judgment is left to who inherits from it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Final

from fde_agents.base import Observation
from fde_env.contract.belief import BeliefKey, question_of
from fde_env.contract.meter import feasible_pools
from fde_env.contract.policy import Cluster, Policy, PriceList
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import (
    CardSubmission,
    ConfigSubmission,
    CostSubmission,
    DeploySubmission,
    EvalSubmission,
    IntakeSubmission,
    PlanSubmission,
    RegisterSubmission,
    ScheduleSubmission,
    Submission,
    TrainSubmission,
)

Call = tuple[str, dict[str, Any]]


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    """A read-only action."""
    return {"tool": tool, "arguments": arguments}


UNREAD: Final = "I have not read that."
READS: Final = (
    ("policy", call("read_policy"), "config"),
    ("prices", call("read_price_list"), "config"),
    ("cluster", call("read_cluster"), "config"),
    ("lengths", call("token_quantiles"), "config"),
    ("eval", call("run_eval", split="held_out"), "eval"),
    ("record", call("read_run_record"), "eval"),
    ("ledger", call("read_ledger"), "cost"),
)


class DeskPolicy(ABC):
    """Reads what the present stage needs, then submits."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._asked: str | None = None
        self._steps_left = -1

    def act(self, observation: Observation) -> dict[str, Any]:
        """The next read, or the stage's submission."""
        stage, metrics = observation["stage"], observation["metrics"]
        if metrics["steps_left"] > self._steps_left:
            self._known, self._asked = {}, None  # steps only fall within an episode
        self._steps_left = metrics["steps_left"]
        if self._asked is not None:
            self._known[self._asked] = observation["tool_result"]
            self._asked = None
        wanted = self.next_read(stage)
        if wanted is not None:
            self._asked, action = wanted
            return action
        submission = self._submissions(paused=metrics["alarm"] is not None)[stage]()
        return {"tool": f"submit_{stage}", "arguments": submission.model_dump(mode="json")}

    def next_read(self, stage: Stage) -> Call | None:
        """Name and action of the next thing to read at `stage`, None when all is known."""
        for name, action, needed_at in READS:
            if needed_at == stage and name not in self._known:
                return name, action
        return None

    def _submissions(self, *, paused: bool) -> dict[Stage, Callable[[], Submission]]:
        return {
            "intake": self.intake,
            "plan": self.plan,
            "config": self.config,
            "schedule": self._schedule,
            "train": lambda: TrainSubmission(command="halt" if paused else "start"),
            "eval": self._eval,
            "register": self._register,
            "deploy": self.deploy,
            "cost": lambda: CostSubmission(**self.known("ledger")),
            "card": self.card,
        }

    def ask(self, question: str) -> str:
        """What it takes the rules to be, from what it has read; asked, it reads nothing new."""
        asked = question_of(question)
        return UNREAD if asked is None else self._believed().get(asked.key, UNREAD)

    def _believed(self) -> dict[BeliefKey, str]:
        answers: dict[BeliefKey, str] = {}
        if self.next_read("intake") is None:
            answers["deliverable"] = "yes" if self.intake().decision == "accept" else "no"
        if "policy" in self._known:
            needed = self.policy.production_needs_approval
            answers["gate"] = "yes" if needed else "no"
            answers["alarm"] = self.policy.alarm_policy
            answers["split"] = self.policy.acceptance.split
        return answers

    # Judgment: who inherits decides

    @abstractmethod
    def intake(self) -> IntakeSubmission:
        """How the data is handled."""

    @abstractmethod
    def plan(self) -> PlanSubmission:
        """How the model is trained and accepted."""

    @abstractmethod
    def deploy(self) -> DeploySubmission:
        """What is done with the artifact."""

    @abstractmethod
    def card(self) -> CardSubmission:
        """What is stated about it."""

    # What was read

    def known(self, name: str) -> Any:
        """A JSON document that was read."""
        return json.loads(self._known[name])

    @property
    def policy(self) -> Policy:
        """The operator's policy."""
        return Policy.model_validate_json(self._known["policy"])

    @property
    def cluster(self) -> Cluster:
        """The machines on offer."""
        return Cluster.model_validate_json(self._known["cluster"])

    @property
    def prices(self) -> PriceList:
        """The price list."""
        return PriceList.model_validate_json(self._known["prices"])

    def learned(self) -> bool:
        """Whether the run learned, by the policy's rule."""
        return self.meets_rule(self.known("eval")) and not self.known("record")["run"]["halted"]

    def meets_rule(self, found: Mapping[str, Any]) -> bool:
        """Whether the figures of a split are significant and clear the policy's margin."""
        accepted = self.policy.acceptance
        clears: bool = found["gains"] - found["losses"] >= accepted.margin * found["rows"] - 1e-9
        return clears and found["mcnemar_exact_one_sided_p"] < accepted.alpha

    # Arithmetic and bookkeeping

    def _eval(self) -> EvalSubmission:
        found, accepted, learned = self.known("eval"), self.policy.acceptance, self.learned()
        return EvalSubmission(
            split=accepted.split,
            test=accepted.test,
            base_accuracy=found["base_accuracy"],
            accuracy=found["accuracy"],
            gains=found["gains"],
            losses=found["losses"],
            p_value=found["mcnemar_exact_one_sided_p"],
            learned=learned,
            recommendation="approve" if learned else "reject",
        )

    def config(self) -> ConfigSubmission:
        """The middle of the certified region."""
        region = self.policy.region
        longest = max(self.known("lengths")["message_only"].values())
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
        choices = feasible_pools(self.cluster, self.prices, self.policy, self.config())
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
        record = self.known("record")
        run = record["run"]
        return RegisterSubmission(
            name=f"model-{run['run_id']}",
            artifact_digest=run["artifact_digest"],
            dataset_digest=run["dataset_digest"],
            config_digest=run["config_digest"],
            base_revision=record["base_revision"],
            run_id=run["run_id"],
        )
