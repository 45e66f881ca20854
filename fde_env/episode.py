"""One delivery as a state machine: submissions in, facts and records out.

Knows the ten stages and what each does to the platform; knows nothing of rewards. All
that an agent does wrong comes back as an `AgentFault` for the environment to show.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, Literal

from fde_env.booking import book, certified_pool, check_job
from fde_env.compile import Handling, compile_handling
from fde_env.contract.evidence import Alarm, Evidence, StepLog
from fde_env.contract.facts import Facts, LedgerFacts
from fde_env.contract.meter import bill, rows_per_step
from fde_env.contract.policy import Pool
from fde_env.contract.record import Ending, StageRecord
from fde_env.contract.stage import STAGES, Stage
from fde_env.contract.submissions import (
    ConfigSubmission,
    DeploySubmission,
    IntakeSubmission,
    PlanSubmission,
    RegisterSubmission,
    ScheduleSubmission,
    Submission,
    TrainSubmission,
)
from fde_env.delivery_run import DeliveryRun, Order
from fde_env.errors import OutOfOrder
from fde_env.intervene import forced_handling, injected
from fde_env.moment import Moment, facts_at, standing_of
from fde_env.platform.earlier import EARLIER
from fde_env.platform.gate import Gate
from fde_env.platform.ledger import Ledger
from fde_env.platform.registry import MemoryRegistry, ModelRegistry
from fde_env.rules import Rules
from fde_env.runs.run import Watcher
from fde_env.runs.runner import Runner
from fde_env.tickets.generator import Prepared
from fde_env.view import AgentView


class Episode:
    """A delivery in progress. Call `submit` with the current stage's submission.

    Attributes:
        stage: the stage that waits for a submission; the last one after the end.
        records: what the stages so far have left for the oracle.
    """

    def __init__(
        self,
        prepared: Prepared,
        rules: Rules,
        runner: Runner,
        watcher: Watcher | None = None,
        registry: ModelRegistry | None = None,
    ) -> None:
        self.ticket, self.drop = prepared.ticket, prepared.drop
        self.rules, self._prepared = rules, prepared
        self._runner, self._watcher = runner, watcher
        self._standing = standing_of(self.ticket)
        self.quantiles = self._standing.quantiles
        self.records: tuple[StageRecord, ...] = ()
        self.stage = STAGES[0]
        self.ending: Ending = "running"
        self._intake: IntakeSubmission | None = None
        self._plan: PlanSubmission | None = None
        self._config: ConfigSubmission = self.ticket.truth.reference_config
        self._pool: Pool | None = None
        self.delivery: DeliveryRun | None = None
        self.registry: ModelRegistry = MemoryRegistry(EARLIER) if registry is None else registry
        self._entered = ""
        self.gate = Gate(rules.gate)
        self.ledger = Ledger()
        self._recorded: tuple[Moment, Facts] | None = None

    # What can be seen

    def running(self) -> bool:
        """Whether the delivery still goes on."""
        return self.ending == "running"

    @property
    def alarm(self) -> Alarm | None:
        """The alarm that has paused the run, if any."""
        return None if self.delivery is None else self.delivery.alarm

    @property
    def logs(self) -> tuple[StepLog, ...]:
        """Training log lines so far."""
        return () if self.delivery is None else self.delivery.logs

    @property
    def evidence(self) -> Evidence | None:
        """Record of the run once it has ended."""
        return None if self.delivery is None else self.delivery.evidence

    @property
    def bill(self) -> LedgerFacts | None:
        """The delivery's ledger entry, if there is one."""
        return self.ledger.last_bill

    def facts(self, handling: Handling | None = None) -> Facts:
        """Platform-recorded facts at this moment; `handling` is what an intake compiles to."""
        run = self.delivery
        now = Moment(
            (None, None) if handling is None else (handling.digest, handling.oldest),
            self._config,
            run is not None and run.alarm is not None,
            None if run is None else run.facts,
            self.ledger.last_bill,
            self.gate.facts,
            self.registry.names(),
        )
        # Most calls come before anything has moved.
        if self._recorded is None or self._recorded[0] != now:
            self._recorded = now, facts_at(now, self._standing)
        return self._recorded[1]

    def view(self) -> AgentView:
        """The visible side, for the read tools."""
        return AgentView(
            request=self.ticket.request,
            drop=self.drop,
            quantiles=self.quantiles,
            executed_config=self._config,
            base_revision=self._standing.base_revision,
            nominal_base=self.ticket.nominal_base,
            stand_in=self.ticket.stand_in,
            registered=self.registry.names(),
            steps=self.logs,
            run=None if self.delivery is None else self.delivery.facts,
            ledger=self.bill,
        )

    def fork(self) -> Episode:
        """An independent copy at this state, for paired effects.

        Raises:
            UsageError: a live run is paused; its process cannot be doubled.
        """
        twin = copy.copy(self)
        twin.delivery = None if self.delivery is None else self.delivery.fork()
        # Not a copy of an operator's registry: what a fork enters must not reach it.
        twin.registry = self.registry.twin()
        twin.gate, twin.ledger = copy.deepcopy((self.gate, self.ledger))
        return twin

    def close(self) -> None:
        """Stop the run if it still works."""
        if self.delivery is not None:
            self.delivery.close()

    # What can be done

    def change_rules(self, rules: Rules) -> None:
        """Play on under other rules; what the gate has logged so far stays."""
        self.rules, self.gate.mode = rules, rules.gate

    def break_off(self, ending: Literal["truncated", "unrecorded"]) -> None:
        """End the delivery where it stands."""
        self.ending = ending
        self.close()

    def submit(self, stage: Stage, submission: Submission) -> str:
        """Take a stage's submission; returns what the platform answers.

        Raises:
            AgentFault: it cannot be taken as it is; nothing has changed.
            InfrastructureError: the platform failed; the episode has no score.
        """
        if not self.running():
            raise OutOfOrder("the delivery has ended: reset() starts another")
        if stage != self.stage:
            raise OutOfOrder(
                f"submit_{stage} does not fit here: the delivery is at {self.stage}, "
                f"so send submit_{self.stage}"
            )
        before = self.facts()
        used = injected(stage, self.ticket.truth, before) if self.rules.inject else None
        taken = used if used is not None else submission
        answer, facts = self._take(stage, taken, before)
        if facts is not None:
            self._record(StageRecord(stage=stage, submission=taken, own=submission, facts=facts))
        if used is not None:
            answer += f" The platform used its own: {used.model_dump_json()}"
        return answer

    def _record(self, record: StageRecord) -> None:
        self.records = (*self.records, record)
        self.stage = STAGES[min(len(self.records), len(STAGES) - 1)]
        if len(self.records) == len(STAGES) and self.running():
            self.ending = "delivered"

    def _take(self, stage: Stage, taken: Any, before: Facts) -> tuple[str, Facts | None]:
        """What the stage does: the answer, and the facts it is graded on (None: go on)."""
        takers: dict[Stage, Callable[[Any, Facts], tuple[str, Facts | None]]] = {
            "intake": self._take_intake,
            "plan": self._take_plan,
            "config": self._take_config,
            "schedule": self._take_schedule,
            "train": self._take_train,
            "register": self._take_register,
            "deploy": self._take_deploy,
        }
        take = takers.get(stage)
        # What the other stages submit is recorded, and moves nothing.
        return (f"The {stage} stage is recorded.", before) if take is None else take(taken, before)

    def _take_intake(self, intake: IntakeSubmission, facts: Facts) -> tuple[str, Facts]:
        if intake.decision == "refuse":
            self.ending = "refused"
            return "The ticket is refused; the delivery ends here.", facts
        handling = compile_handling(self.drop, intake)
        compiled = self.facts(handling)
        if not self.ticket.truth.feasible:
            self.ending = "blocked"
            return "The platform blocks the job; the delivery ends here.", compiled
        self._intake = intake
        return f"The handling compiles to {len(handling.train)} training rows.", compiled

    def _take_plan(self, plan: PlanSubmission, facts: Facts) -> tuple[str, Facts]:
        self._plan = plan
        return "The plan is registered; the platform trains LoRA adapters.", facts

    def _take_config(self, config: ConfigSubmission, facts: Facts) -> tuple[str, Facts]:
        if self.rules.isolate:
            return "Recorded; the run uses the certified values (read_run_record).", facts
        check_job(config, self.ticket.truth.reference_config)
        self._config = config
        return "The run will use this configuration.", self.facts()

    def _take_schedule(self, schedule: ScheduleSubmission, facts: Facts) -> tuple[str, Facts]:
        if self.rules.isolate:
            return "Recorded; the run is booked as the certified schedule has it.", facts
        self._pool = book(self.ticket.truth.cluster, schedule, self._config)
        return "The nodes are booked.", facts

    def _take_train(self, train: TrainSubmission, facts: Facts) -> tuple[str, Facts | None]:
        if not facts.alarm_pending and train.command != "start":
            raise OutOfOrder("no alarm waits for an answer; send command 'start'")
        if facts.alarm_pending and train.command == "start":
            raise OutOfOrder("the run is paused by an alarm; send 'continue' or 'halt'")
        if self.delivery is None:
            self.delivery = self._open_run()
        else:
            self.delivery.answer(train)
        if self.delivery.alarm is not None:
            return "An alarm has paused the run; answer 'continue' or 'halt'.", None
        self._charge(self.delivery)
        return self.delivery.summary(), self.facts()

    def _take_register(self, entry: RegisterSubmission, facts: Facts) -> tuple[str, Facts]:
        self.registry.register(entry)
        self._entered = entry.name
        # Graded on the facts from before, so that its own name is not "taken".
        return f"{entry.name} is registered.", facts

    def _take_deploy(self, deploy: DeploySubmission, facts: Facts) -> tuple[str, Facts]:
        del facts
        entry = self.gate.request(deploy)
        if entry.outcome == "shipped":
            self.registry.promote(self._entered)
        return entry.answer, self.facts()

    # The run

    def _open_run(self) -> DeliveryRun:
        intake, plan = self._intake, self._plan
        if self.rules.forced_misread:
            intake, plan = forced_handling(self.ticket.truth)
        assert intake is not None
        assert plan is not None
        return DeliveryRun(
            self._prepared,
            Order(intake, plan, self._config),
            self._runner,
            self._watcher,
            show_alarms=self.rules.live_detector,
        )

    def _charge(self, delivery: DeliveryRun) -> None:
        """Enter the steps that were run into the ledger, on the pool that was booked."""
        assert delivery.facts is not None
        truth = self.ticket.truth
        # Isolated, the run is booked as the certified schedule has it.
        pool = self._pool or certified_pool(truth, self.facts())
        due = bill(delivery.facts.steps_run, rows_per_step(self._config), pool, truth.prices)
        self.ledger.append(delivery.facts.run_id, pool, due)
