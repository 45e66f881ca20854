"""From a run's evidence to the facts that rules read. Pure arithmetic, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fde_env.contract.base import digest_of, keyed_digest
from fde_env.contract.evidence import Alarm, Evidence, SplitOutcome
from fde_env.contract.facts import RunFacts, SplitFacts
from fde_env.contract.memory import KEPT, Same, once_each
from fde_env.contract.submissions import IntakeSubmission, TrainSubmission
from fde_env.contract.submissions.plan import Acceptance
from fde_env.contract.ticket import Ticket
from fde_env.contract.truth import Truth
from fde_env.stats.mcnemar import learned, mcnemar_p

SURVIVED_STEPS: Final = 50
GRADIENT_BOUND: Final = 1000.0
GRADIENT_FREE_STEPS: Final = 10


@once_each
def train_pass(evidence: Evidence) -> bool:
    """T: started, survived 50 steps, finite loss and gradients, bounded after step 10.

    A run halted on command is judged on the steps it took.
    """
    if evidence.status == "failed":
        return False
    survived = evidence.status == "halted" or len(evidence.steps) >= SURVIVED_STEPS
    return survived and all(
        log.loss is not None
        and log.grad_norm is not None
        and (log.step <= GRADIENT_FREE_STEPS or log.grad_norm <= GRADIENT_BOUND)
        for log in evidence.steps
    )


def run_learned(evidence: Evidence, acceptance: Acceptance) -> bool:
    """E on the acceptance split; a halted or failed run has not learned."""
    if evidence.status != "completed":
        return False
    outcome = next(item for item in evidence.outcomes if item.split == acceptance.split)
    return learned(
        outcome.rows,
        outcome.gains,
        outcome.losses,
        alpha=acceptance.alpha,
        margin=acceptance.margin,
    )


def is_tbdl(evidence: Evidence, acceptance: Acceptance) -> bool:
    """Trained but did not learn: T and not E, and nobody halted it."""
    halted = evidence.status == "halted"
    return train_pass(evidence) and not run_learned(evidence, acceptance) and not halted


@once_each
def loss_edges(evidence: Evidence) -> tuple[float | None, float | None]:
    """Mean loss of the first and of the last tenth of the steps, finite ones only."""
    losses = [log.loss for log in evidence.steps if log.loss is not None]
    if not losses:
        return None, None
    edge = max(1, len(losses) // 10)
    return sum(losses[:edge]) / edge, sum(losses[-edge:]) / edge


def split_facts(outcome: SplitOutcome) -> SplitFacts:
    """A split's outcome with its one-sided exact McNemar p-value."""
    return SplitFacts(outcome=outcome, p_value=mcnemar_p(outcome.gains, outcome.losses))


@dataclass(frozen=True, slots=True)
class AlarmLog:
    """Alarms that were shown and the commands that answered them."""

    shown: tuple[Alarm, ...]
    answers: tuple[TrainSubmission, ...]


def run_facts(
    ticket: Ticket, evidence: Evidence, executed: IntakeSubmission, alarms: AlarmLog
) -> RunFacts:
    """Facts of a finished run; ids and digests are keyed to the ticket."""
    sources = (executed.label_source, executed.label_map)
    return _run_facts(ticket.secret, Same(ticket.truth), Same(evidence), sources, alarms)


# Replays of a run on a ticket have the same facts, whoever plays them.
@lru_cache(maxsize=KEPT)
def _run_facts(
    secret: str,
    of_truth: Same[Truth],
    of_evidence: Same[Evidence],
    sources: tuple[str, str],
    alarms: AlarmLog,
) -> RunFacts:
    truth, evidence = of_truth.value, of_evidence.value

    def shown(value: str) -> str:
        return keyed_digest(secret, value)

    return RunFacts(
        run_id="run-" + shown(f"run/{evidence.run_key}")[:12],
        train_pass=train_pass(evidence),
        learned=run_learned(evidence, truth.policy.acceptance),
        halted=evidence.status == "halted",
        steps_run=len(evidence.steps),
        alarms_shown=alarms.shown,
        answers=alarms.answers,
        rows_given=evidence.rows_given,
        rows_kept=evidence.rows_kept,
        label_source=sources[0],
        label_map=sources[1],
        artifact_digest=shown(f"artifact/{evidence.artifact_digest}"),
        dataset_digest=shown(f"dataset/{evidence.spec.dataset_digest}"),
        config_digest=shown(f"config/{digest_of(evidence.spec.config)}"),
        base_revision=shown_revision(secret, evidence.spec.base_digest),
        splits=tuple(map(split_facts, shown_outcomes(truth, evidence.outcomes))),
    )


def shown_outcomes(truth: Truth, outcomes: tuple[SplitOutcome, ...]) -> tuple[SplitOutcome, ...]:
    """Outcomes by split as this drop has them.

    A leaking dev split consists of the very training rows that the run was scored on, so its
    outcome is theirs (`Cell.dev_twins`).
    """
    if not truth.planted.leaked_dev:
        return outcomes
    trained = next(item for item in outcomes if item.split == "train")
    dev = trained.model_copy(update={"split": "dev"})
    return tuple(dev if item.split == "dev" else item for item in outcomes)


def base_revision(ticket: Ticket, base_digest: str) -> str:
    """The revision under which a ticket shows its base."""
    return shown_revision(ticket.secret, base_digest)


@lru_cache(maxsize=KEPT)
def shown_revision(secret: str, base_digest: str) -> str:
    """The revision under which a ticket with that secret shows a base."""
    return keyed_digest(secret, f"base/{base_digest}")
