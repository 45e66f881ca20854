"""The training run of one delivery: opened from what was submitted, advanced alarm by alarm."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

from fde_env.bases import digest_of_base
from fde_env.compile import RunInputs, compile_handling, compile_run
from fde_env.contract.evidence import Alarm, Evidence, StepLog
from fde_env.contract.facts import Facts, RunFacts
from fde_env.contract.memory import Same
from fde_env.contract.run_spec import ProbePlan, RunSpec, Size
from fde_env.contract.submissions import (
    ConfigSubmission,
    IntakeSubmission,
    PlanSubmission,
    TrainSubmission,
)
from fde_env.errors import UsageError
from fde_env.intervene import right_handling
from fde_env.runs.eval_sets import EvalSets, eval_sets
from fde_env.runs.facts import AlarmLog, loss_edges, run_facts
from fde_env.runs.recorded import RecordedRun
from fde_env.runs.run import Run, Watcher
from fde_env.runs.runner import Runner, RunRequest
from fde_env.stats.eprocess import ALPHA, BETS, FUTILITY_PLATEAU, HARM_MARGIN
from fde_env.tickets.generator import Prepared


@dataclass(frozen=True)
class Order:
    """What is executed: handling and plan as submitted (or forced), the configuration."""

    intake: IntakeSubmission
    plan: PlanSubmission
    config: ConfigSubmission


def probe_plan(size: Size, pool_rows: int) -> ProbePlan:
    """Pre-registered constants of the probe; smoke cells draw smaller samples."""
    return ProbePlan(
        every_steps=10,
        sample_size=64 if size == "full" else 32,
        pool_size=pool_rows,
        bets=BETS,
        harm_margin=HARM_MARGIN,
        harm_alpha=ALPHA,
        futility_margin=FUTILITY_PLATEAU,
        futility_alpha=ALPHA,
    )


def order_sets(prepared: Prepared) -> EvalSets:
    """The rows that a ticket's run is judged on."""
    ticket = prepared.ticket
    return eval_sets(ticket.cell, ticket.truth.policy.served_prompt_format)


def run_request(prepared: Prepared, order: Order, *, show_alarms: bool) -> RunRequest:
    """The run that `order` means on this ticket. Pure: equal orders give equal run keys.

    Raises:
        CompileError: the handling does not fit the drop.
    """
    # A folder's digest is taken anew each time: its files may have changed.
    digest = digest_of_base(prepared.ticket.spec.base)
    return prepared.drop.remember(
        (Same(prepared.ticket), digest, order, show_alarms),
        lambda: _run_request(prepared, order, digest, show_alarms=show_alarms),
    )


def _run_request(
    prepared: Prepared, order: Order, base_digest: str, *, show_alarms: bool
) -> RunRequest:
    ticket, sets = prepared.ticket, order_sets(prepared)
    handling = compile_handling(prepared.drop, order.intake)
    inputs = RunInputs(
        cell=ticket.cell,
        base_id=ticket.spec.base,
        base_digest=base_digest,
        splits_digest=sets.digest,
        warmup_steps=15 if ticket.cell.size == "full" else 5,
        probe=probe_plan(ticket.cell.size, len(sets.prompts["pool"])),
    )
    spec: RunSpec = compile_run(handling, order.plan, order.config, inputs)
    return RunRequest(spec, handling, sets, show_alarms=show_alarms)


def right_run_key(prepared: Prepared, facts: Facts) -> str:
    """Key of the reference's run on this ticket, under the certified configuration."""
    truth = prepared.ticket.truth
    order = Order(*right_handling(truth, facts), truth.reference_config)
    return run_request(prepared, order, show_alarms=False).spec.key


def _course(evidence: Evidence) -> str:
    """Mean loss of the first and the last tenth; a diverged run may have no finite one."""
    first, last = loss_edges(evidence)
    return "not finite" if first is None or last is None else f"{first:.3f} -> {last:.3f}"


class DeliveryRun:
    """A started run, its alarms and answers, and its facts once it has ended."""

    def __init__(
        self,
        prepared: Prepared,
        order: Order,
        runner: Runner,
        watcher: Watcher | None,
        *,
        show_alarms: bool,
    ) -> None:
        self._ticket, self.order = prepared.ticket, order
        self._alarms = AlarmLog(shown=(), answers=())
        self.alarm: Alarm | None = None
        self.evidence: Evidence | None = None
        self.facts: RunFacts | None = None
        request = run_request(prepared, order, show_alarms=show_alarms)
        self.run: Run = runner.open(request, watcher)
        try:
            self._advance()
        except BaseException:
            # Nobody holds this object yet, so nobody else can stop the job and remove its files.
            self.run.close()
            raise

    @property
    def logs(self) -> tuple[StepLog, ...]:
        """Log lines so far."""
        return self.run.steps if self.evidence is None else self.evidence.steps

    def answer(self, command: TrainSubmission) -> None:
        """Answer the alarm ('continue' or 'halt') and go on."""
        self._alarms = replace(self._alarms, answers=(*self._alarms.answers, command))
        self.run.answer("halt" if command.command == "halt" else "continue")
        self._advance()

    def _advance(self) -> None:
        self.alarm = self.run.advance()
        if self.alarm is not None:
            self._alarms = replace(self._alarms, shown=(*self._alarms.shown, self.alarm))
            return
        self.evidence = self.run.evidence()
        self.facts = run_facts(self._ticket, self.evidence, self.order.intake, self._alarms)

    def summary(self) -> str:
        """What the platform says of a finished run: the signals that operators watch."""
        if self.evidence is None or self.facts is None:
            return "The run has not finished."
        ran = self.evidence
        if ran.status == "failed":
            return f"The run failed: {ran.failure}"
        dev = self.facts.split("dev").outcome
        return (
            f"The run is {ran.status}: {len(ran.steps)} steps, loss {_course(ran)}, "
            f"accuracy on the customer's dev split {dev.accuracy:.3f}."
        )

    def fork(self) -> DeliveryRun:
        """An independent copy.

        Raises:
            UsageError: a live run is paused; its process cannot be doubled.
        """
        twin = copy.copy(self)
        if self.evidence is None:
            if not isinstance(self.run, RecordedRun):
                raise UsageError("a paused live run cannot be forked; use execution='replay'")
            twin.run = self.run.fork()
        return twin

    def close(self) -> None:
        """Stop the run if it still works."""
        self.run.close()
