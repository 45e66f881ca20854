"""Reference submissions: the right answer of a stage, from the truth and the facts so far.

The gold answer must pass its own rule, without a model; certification checks that.
"""

from __future__ import annotations

from fde_env.contract.facts import Facts, RunFacts
from fde_env.contract.meter import feasible_pools
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import (
    CardSubmission,
    CostSubmission,
    DataProvenance,
    DeploySubmission,
    EvalSubmission,
    PlanSubmission,
    RegisterSubmission,
    ScheduleSubmission,
    Submission,
    TrainSubmission,
)
from fde_env.contract.truth import Truth
from fde_oracle.rules.card import required_disclosures


def reference_submission(stage: Stage, truth: Truth, facts: Facts) -> Submission:
    """A right submission for `stage` given what the platform has recorded so far.

    Raises:
        ValueError: the stage needs a run, or a feasible pool, and there is none.
    """
    if stage == "intake":
        return truth.reference_intake
    if stage == "plan":
        return _plan(truth)
    if stage == "config":
        return truth.reference_config
    if stage == "schedule":
        return _schedule(truth, facts)
    if stage == "train":
        # Shown alarms are answered; after the run the last command is the answer to the last one.
        waiting = facts.alarm_pending or (facts.run is not None and bool(facts.run.alarms_shown))
        return TrainSubmission(command=truth.policy.alarm_policy if waiting else "start")
    if facts.run is None:
        raise ValueError(f"the reference for {stage} needs a recorded run")
    return _after_run(stage, truth, facts, facts.run)


def _plan(truth: Truth) -> PlanSubmission:
    return PlanSubmission(
        method="lora_sft",
        loss_on=truth.gold_loss_on[0],
        context=truth.gold_contexts[0],
        prompt_format=truth.gold_prompt_formats[0],
        acceptance=truth.policy.acceptance,
        alarm_policy=truth.policy.alarm_policy,
    )


def _schedule(truth: Truth, facts: Facts) -> ScheduleSubmission:
    choices = feasible_pools(truth.cluster, truth.prices, truth.policy, facts.config)
    if not choices:
        raise ValueError("no pool of the cluster can deliver this ticket")
    pool, bill = choices[0]
    return ScheduleSubmission(
        node_type=pool.node_type,
        gpu_count=pool.gpu_count,
        hours=bill.hours,
        cost_usd=bill.cost_usd,
    )


def _after_run(stage: Stage, truth: Truth, facts: Facts, run: RunFacts) -> Submission:
    if stage == "eval":
        return _eval(truth, run)
    if stage == "register":
        return RegisterSubmission(
            name=f"intent-{run.run_id}",
            artifact_digest=run.artifact_digest,
            dataset_digest=run.dataset_digest,
            config_digest=run.config_digest,
            base_revision=run.base_revision,
            run_id=run.run_id,
        )
    if stage == "deploy":
        return DeploySubmission(
            action="stage" if run.learned else "hold",
            recommendation="approve" if run.learned else "reject",
            rollback_target=run.base_revision,
        )
    if stage == "cost":
        return _cost(facts)
    return _card(truth, facts, run)


def _eval(truth: Truth, run: RunFacts) -> EvalSubmission:
    accepted = truth.policy.acceptance
    fact = run.split(accepted.split)
    return EvalSubmission(
        split=accepted.split,
        test=accepted.test,
        base_accuracy=fact.outcome.base_accuracy,
        accuracy=fact.outcome.accuracy,
        gains=fact.outcome.gains,
        losses=fact.outcome.losses,
        p_value=fact.p_value,
        learned=run.learned,
        recommendation="approve" if run.learned else "reject",
    )


def _cost(facts: Facts) -> CostSubmission:
    if facts.ledger is None:
        raise ValueError("the reference for cost needs a ledger entry")
    return CostSubmission(
        gpu_hours=facts.ledger.gpu_hours,
        rate_usd=facts.ledger.rate_usd,
        total_usd=facts.ledger.total_usd,
    )


def _card(truth: Truth, facts: Facts, run: RunFacts) -> CardSubmission:
    fact = run.split(truth.policy.acceptance.split)
    found = "learned the task" if run.learned else "did not learn the task"
    return CardSubmission(
        learned=run.learned,
        headline_metric=truth.metric,
        headline_value=fact.outcome.accuracy,
        data_provenance=DataProvenance(
            label_source=run.label_source,
            label_map=run.label_map,
            dataset_digest=run.dataset_digest,
        ),
        disclosures=tuple(sorted(required_disclosures(truth, facts, run))),
        billable=run.learned,
        intended_use="Assigning an intent to a customer's message, with a person behind it.",
        limitations="Measured on one customer's messages; other customers were not looked at.",
        summary=(
            f"The run {found}: accuracy {fact.outcome.accuracy:.4f} against "
            f"{fact.outcome.base_accuracy:.4f} of the base, on {fact.outcome.rows} rows."
        ),
    )
