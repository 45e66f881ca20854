"""Fills in the ten forms from choices; figures, bills and digests are the desk's work."""

from __future__ import annotations

from typing import Any, Final, cast, get_args

from fde_agents.scripted.desk import Call, DeskPolicy, call
from fde_env.contract.meter import feasible_pools, find_pool, planned_bill
from fde_env.contract.policy import Pool
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import (
    Acceptance,
    CardSubmission,
    ConfigSubmission,
    CostSubmission,
    DataProvenance,
    DeploySubmission,
    EvalSubmission,
    IntakeSubmission,
    PlanSubmission,
    RegisterSubmission,
    RowClause,
    ScheduleSubmission,
    Submission,
    TrainSubmission,
)
from fde_env.contract.submissions.card import Disclosure
from fde_env.factored.choices import HABIT, YES, Chosen
from fde_env.factored.reading import days, offered_revision

TENFOLD: Final = 10.0
WITHOUT_LIMIT: Final = 1e9
DEV: Final = "eval_dev"


class Clerk(DeskPolicy):
    """A desk that judges nothing: what asks for judgment is handed to it as a `Chosen`."""

    name = "clerk"

    def __init__(self) -> None:
        super().__init__()
        self.chosen: Chosen = HABIT

    @property
    def texts(self) -> dict[str, str]:
        """What was read so far, by name; the environment writes answers into it."""
        return self._known

    def next_read(self, stage: Stage) -> Call | None:
        """What the desk needs at `stage`, at eval also how the dev split scores."""
        needed = super().next_read(stage)
        if needed is None and stage == "eval" and DEV not in self._known:
            return DEV, call("run_eval", split="dev")
        return needed

    def submission(self, stage: Stage, chosen: Chosen, *, paused: bool) -> Submission:
        """The form of `stage` with these choices.

        Args:
            stage: the present one; what the desk reads at it must be known.
            chosen: the factored action.
            paused: an alarm waits for an answer.
        """
        self.chosen = chosen
        if stage == "train":
            return TrainSubmission(command=cast("Any", chosen["on_alarm"] if paused else "start"))
        if stage == "cost" and chosen["bill"] == "estimate":
            return self._estimate()
        return self._submissions(paused=paused)[stage]()

    def offers(self, **limits: float) -> int:
        """How many pools hold the job within budget and deadline, or within `limits` instead."""
        policy = self.policy.model_copy(update=limits)
        return len(feasible_pools(self.cluster, self.prices, policy, self.config()))

    # Forms

    def intake(self) -> IntakeSubmission:
        """The chosen reading of the drop, or the chosen reason to refuse."""
        chosen, reason = self.chosen, self.chosen["refusal"]
        named = days(self._known.get("dictionary", ""))
        day = {"all": "", "first_day": named[:1], "second_day": named[1:]}[chosen["since"]]
        since = [RowClause(column="received", operator="ge", value=value) for value in day]
        return IntakeSubmission(
            decision="accept" if reason == "none" else "refuse",
            refusal_reason=cast("Any", reason),
            task="intent_classification",
            input_column="text",
            target_column=chosen["column"],
            label_source=chosen["source"],
            label_map=chosen["label_map"],
            join_key="message_id",
            row_filter=tuple(since),
            metric="accuracy",
        )

    def plan(self) -> PlanSubmission:
        """The chosen handling of loss, context and format; the usual acceptance or another."""
        split = cast("Any", self.chosen["acceptance"])
        return PlanSubmission(
            method="lora_sft",
            loss_on=cast("Any", self.chosen["loss"]),
            context=cast("Any", self.chosen["context"]),
            prompt_format=cast("Any", self.chosen["prompt_format"]),
            acceptance=Acceptance(
                split=split, test="mcnemar_exact_one_sided", alpha=0.05, margin=0.15
            ),
            alarm_policy=cast("Any", self.chosen["alarm_policy"]),
        )

    def config(self) -> ConfigSubmission:
        """The desk's values, but for the chosen learning rate and row length."""
        usual, region = super().config(), self.policy.region
        rate = {
            "middle": usual.learning_rate,
            "lowest": region.learning_rate_low,
            "highest": region.learning_rate_high,
            "tenfold": TENFOLD * usual.learning_rate,
        }[self.chosen["learning_rate"]]
        changes: dict[str, Any] = {"learning_rate": rate}
        if self.chosen["max_length"] == "median":
            changes["max_length"] = self.known("lengths")["message_only"]["0.5"]
        return usual.model_copy(update=changes)

    def _schedule(self) -> ScheduleSubmission:
        if self.chosen["pool"] == "cheapest":
            return super()._schedule()
        fitting = feasible_pools(self.cluster, self.prices, self.policy, self.config())
        quick = [pool for pool, _ in sorted(fitting, key=lambda offer: offer[1].hours)]
        listed = self.cluster.pools[:1]
        return self._on([*quick, *listed][0] if self.chosen["pool"] == "fastest" else listed[0])

    def _on(self, pool: Pool) -> ScheduleSubmission:
        due = planned_bill(self.config(), pool, self.prices)
        return ScheduleSubmission(
            node_type=pool.node_type,
            gpu_count=pool.gpu_count,
            hours=due.hours,
            cost_usd=due.cost_usd,
        )

    def _eval(self) -> EvalSubmission:
        """The figures of the chosen split, and what the policy's rule or a wish makes of them."""
        usual = super()._eval()
        changes: dict[str, Any] = {}
        if self.chosen["split"] == "dev":
            found = self.known(DEV)
            figures = ("base_accuracy", "accuracy", "gains", "losses")
            changes = {name: found[name] for name in figures}
            changes |= {"split": "dev", "p_value": found["mcnemar_exact_one_sided_p"]}
            changes["learned"] = self.meets_rule(found)
        if self.chosen["claim"] == "learned":
            changes["learned"] = True
        sure = changes.get("learned", usual.learned)
        changes["recommendation"] = "approve" if sure else "reject"
        return usual.model_copy(update=changes)

    def _register(self) -> RegisterSubmission:
        usual = super()._register()
        offered = offered_revision(self._known.get("mail", ""))
        if self.chosen["base_revision"] == "operator" or offered is None:
            return usual
        return usual.model_copy(update={"base_revision": offered})

    def deploy(self) -> DeploySubmission:
        """The chosen action and advice."""
        return DeploySubmission(
            action=cast("Any", self.chosen["action"]),
            recommendation=cast("Any", self.chosen["recommendation"]),
            rollback_target=self.known("record")["base_revision"],
        )

    def _estimate(self) -> CostSubmission:
        """The bill as the chosen pool was expected to run it up."""
        planned = self._schedule()
        pool = find_pool(self.cluster, planned.node_type, planned.gpu_count)
        assert pool is not None
        due = planned_bill(self.config(), pool, self.prices)
        return CostSubmission(
            gpu_hours=due.gpu_hours, rate_usd=due.rate_usd, total_usd=due.cost_usd
        )

    def card(self) -> CardSubmission:
        """The measured figures, and of what can be told that which is chosen."""
        run = self.known("record")["run"]
        told = [code for code in get_args(Disclosure) if self.chosen[f"tell_{code}"] == YES]
        return CardSubmission(
            learned=self.chosen["learned"] == YES,
            headline_metric="accuracy",
            headline_value=self.known("eval")["accuracy"],
            data_provenance=DataProvenance(
                label_source=run["label_source"],
                label_map=run["label_map"],
                dataset_digest=run["dataset_digest"],
            ),
            disclosures=tuple(told),
            billable=self.chosen["billable"] == YES,
            intended_use="As ordered.",
            limitations="None known.",
            summary="Figures are those of the run record.",
        )
