"""A stored run, played back alarm by alarm; a halt makes it a prefix of itself."""

from __future__ import annotations

import copy
from pathlib import Path

from fde_env.contract.evidence import Alarm, Evidence, StepLog
from fde_env.runs.run import Answer, Progress, Watcher, halted_prefix


class RecordedRun:
    """Replays `evidence`; with `show_alarms` each alarm pauses it as the live run did."""

    def __init__(
        self,
        evidence: Evidence,
        *,
        show_alarms: bool,
        directory: Path | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._evidence = evidence
        self._directory = directory
        self._pending = list(evidence.alarms) if show_alarms else []
        self._at = 0
        self._steps: tuple[StepLog, ...] = ()
        self._watcher = watcher

    @property
    def steps(self) -> tuple[StepLog, ...]:
        """Log of the steps played so far."""
        return self._steps

    @property
    def directory(self) -> Path | None:
        """Folder of the stored run; None when it comes from the pack."""
        return self._directory

    def advance(self) -> Alarm | None:
        """Play on to the next alarm, or to the end."""
        alarm = self._pending.pop(0) if self._pending else None
        until = alarm.step if alarm else self._evidence.spec.config.max_steps
        self._show(until)
        # A trainer that is paused after a step has not logged that step yet.
        self._at, self._steps = until, self._evidence.steps
        if alarm is not None:
            self._steps = tuple(item for item in self._steps if item.step < until)
        return alarm

    def answer(self, command: Answer) -> None:
        """Halt or go on. Alarms of the same check are answered one by one."""
        if command == "halt":
            self._evidence = halted_prefix(self._evidence, self._at)
            self._pending = []

    def evidence(self) -> Evidence:
        """The record, cut at the halt if there was one."""
        return self._evidence

    def close(self) -> None:
        """Nothing runs."""

    def fork(self) -> RecordedRun:
        """An independent copy at this point."""
        twin = copy.copy(self)
        twin.__dict__["_pending"] = list(self._pending)
        return twin

    def _show(self, until: int) -> None:
        if self._watcher is None:
            return
        total = self._evidence.spec.config.max_steps
        checks = {check.step: check for check in self._evidence.checks}
        for log in self._evidence.steps:
            if not self._at < log.step <= until:
                continue
            alarms = tuple(item for item in self._evidence.alarms if item.step == log.step)
            self._watcher(
                Progress("train", log.step, total, log.loss, checks.get(log.step), alarms)
            )
