"""A live run: a sandboxed training job that the host tails, probes and may halt."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fde_env.compile import Handling
from fde_env.contract.evidence import (
    Alarm,
    Evidence,
    Provenance,
    Snapshot,
    SplitOutcome,
    StepLog,
)
from fde_env.contract.run_spec import RunSpec
from fde_env.errors import SandboxFailed
from fde_env.runs.bench import POLL_SECONDS, Bench, JobFolder, describe_exit
from fde_env.runs.eval_sets import FINAL_SPLITS, EvalSets, pair
from fde_env.runs.job_files import write_json, write_train_job
from fde_env.runs.judge import ProbeJudge
from fde_env.runs.outbox import Outbox
from fde_env.runs.run import NO_ARTIFACT, Answer, Progress, Watcher
from fde_env.runs.store import BasePredictions
from fde_env.runs.versions import DISTRIBUTION, installed

LOOKS_PER_LOG: Final = 10
ADAPTER_FILES: Final = ("adapter_config.json", "adapter_model.safetensors")


@dataclass(frozen=True)
class Work:
    """What a live run trains and is judged on."""

    spec: RunSpec
    handling: Handling
    sets: EvalSets
    base_folder: Path
    base: BasePredictions


class LiveRun:
    """Starts the job at once; with `show_alarms` an alarm pauses it until it is answered."""

    def __init__(
        self, work: Work, bench: Bench, *, show_alarms: bool, watcher: Watcher | None = None
    ) -> None:
        self._work, self._bench = work, bench
        self._show_alarms, self._watcher = show_alarms, watcher
        self._base = dict(work.base.predictions)
        self._judge = ProbeJudge(work.spec, work.sets.truth["pool"], self._base["pool"], bench.key)
        self._folder: JobFolder | None = bench.new_folder()
        write_train_job(self._folder.input, work.spec, work.handling, work.sets, bench.threads)
        self._outbox = Outbox(self._folder.output, len(work.sets.completions))
        self._tail: list[dict[str, Any]] = []
        self._steps: list[StepLog] = []
        self._snapshots: list[Snapshot] = []
        self._check = 1
        self._published = False
        self._frozen_step = 0
        self._unanswered: list[Alarm] = []
        self._paused = False
        self._evidence: Evidence | None = None
        self._kept: Path | None = None
        self._begun = time.perf_counter()
        self._process = bench.start(self._folder, work.base_folder)

    @property
    def steps(self) -> tuple[StepLog, ...]:
        """Log of the steps taken so far."""
        return tuple(self._steps)

    @property
    def directory(self) -> Path | None:
        """Folder of the kept record; None before the end."""
        return self._kept

    def advance(self) -> Alarm | None:
        """Serve the job until an alarm is to be shown or the run has ended.

        Raises:
            SandboxFailed: the job died or broke its protocol.
        """
        if self._unanswered:
            return self._unanswered[0]
        if self._evidence is not None:
            return None
        with _protocol():
            return self._serve()

    def _serve(self) -> Alarm | None:
        tick = 0
        while True:
            # Only the probe's messages are urgent: the job stands still until they are answered.
            if self._serve_probe():
                return self._unanswered[0]
            if tick % LOOKS_PER_LOG == 0:
                self._read_log()
                if self._outbox.done() is not None:
                    self._finish()
                    return None
                if self._process.poll() is not None and self._outbox.done() is None:
                    raise SandboxFailed(self._obituary())
            tick += 1
            time.sleep(POLL_SECONDS)

    def answer(self, command: Answer) -> None:
        """Answer the alarm shown; a halt ends the run after the step it stands at."""
        self._unanswered = [] if command == "halt" else self._unanswered[1:]
        if not self._unanswered and self._paused:
            self._paused = False
            with _protocol():
                self._go(command, snapshot=command == "continue")

    def evidence(self) -> Evidence:
        """The record of the finished run.

        Raises:
            SandboxFailed: it has not finished.
        """
        if self._evidence is None:
            raise SandboxFailed("the run has not finished: call advance() until it returns None")
        return self._evidence

    def close(self) -> None:
        """Stop the job and remove its working folder."""
        self._process.stop()
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    # Serving the job

    def _read_log(self) -> None:
        for event in self._outbox.new_events():
            self._tail.append(event)
            if event.get("event") != "step":
                continue
            log = StepLog(
                step=int(event["step"]),
                loss=event.get("loss"),
                grad_norm=event.get("grad_norm"),
                learning_rate=float(event["learning_rate"]),
                token_accuracy=event.get("token_accuracy"),
            )
            self._steps.append(log)
            self._tell(Progress("train", log.step, self._work.spec.config.max_steps, log.loss))

    def _serve_probe(self) -> bool:
        """One move of the exchange; True when an alarm pauses the run."""
        if not self._published:
            frozen = self._outbox.message(f"frozen-{self._check:04d}")
            if frozen is not None:
                self._frozen_step = int(frozen["step"])
                self._publish_sample()
            return False
        found = self._outbox.message(f"probe-{self._check:04d}")
        if found is None:
            return False
        size = self._work.spec.probe.sample_size
        predictions = self._outbox.labels(found.get("predictions"), size)
        self._read_log()
        raised = self._judge.observe(self._check, self._frozen_step, predictions)
        self._tell_check(raised)
        if raised and self._show_alarms:
            self._unanswered, self._paused = list(raised), True
            return True
        self._go("continue", snapshot=bool(raised))
        return False

    def _publish_sample(self) -> None:
        prompts = self._work.sets.prompts["pool"]
        drawn = [prompts[row] for row in self._judge.sample(self._check)]
        self._send(f"probe-{self._check:04d}", {"prompts": drawn})
        self._published = True

    def _go(self, command: Answer, *, snapshot: bool) -> None:
        self._send(f"go-{self._check:04d}", {"command": command, "snapshot": snapshot})
        if snapshot:
            self._await_snapshot(f"snapshot-{self._check:04d}")
        self._check, self._published = self._check + 1, False

    def _await_snapshot(self, name: str) -> None:
        while (found := self._outbox.message(name)) is None:
            if self._process.poll() is not None:
                raise SandboxFailed(self._obituary())
            time.sleep(POLL_SECONDS)
        self._snapshots.append(
            Snapshot(
                step=self._frozen_step,
                artifact_digest=str(found["artifact_digest"]),
                outcomes=self._outcomes(found["predictions"]),
            )
        )

    def _send(self, name: str, value: dict[str, Any]) -> None:
        if self._folder is None:
            raise SandboxFailed("the run was closed")
        write_json(self._folder.input, f"{name}.json", value)

    # The end

    def _outcomes(self, predictions: Any) -> tuple[SplitOutcome, ...]:
        sets, found = self._work.sets, []
        for split in FINAL_SPLITS:
            labels = sets.labels(split, self._work.handling)
            base: Sequence[int] = self._base[split]
            tuned = base
            if predictions is not None:
                tuned = self._outbox.labels(predictions.get(split), len(labels))
            found.append(pair(split, labels, base, tuned))
        return tuple(found)

    def _finish(self) -> None:
        done = self._outbox.done() or {}
        if self._process.wait(60.0) is not None and self._process.outcome().overfull:
            raise SandboxFailed(self._obituary())
        self._read_log()
        predictions = self._outbox.message("predictions")
        start = next((event for event in self._tail if event.get("event") == "start"), {})
        digest = done.get("artifact_digest")
        self._evidence = Evidence(
            run_key=self._work.spec.key,
            spec=self._work.spec,
            status=done["status"],
            failure=done.get("failure"),
            rows_given=int(start.get("rows_given", len(self._work.handling.train))),
            rows_kept=int(start.get("rows_kept", 0)),
            steps=tuple(self._steps),
            checks=tuple(self._judge.checks),
            alarms=tuple(self._judge.alarms),
            snapshots=tuple(self._snapshots),
            outcomes=self._outcomes(predictions),
            artifact_digest=str(digest) if digest else NO_ARTIFACT,
            provenance=self._provenance(start, done),
        )
        adapter = self._outbox.files("adapter", ADAPTER_FILES) if digest else {}
        self._kept = self._bench.store.keep_run(self._evidence, adapter)
        self._tell(Progress("done", len(self._steps), self._work.spec.config.max_steps))
        self.close()

    def _provenance(self, start: dict[str, Any], done: dict[str, Any]) -> Provenance:
        status = self._bench.sandbox.status()
        versions = {**start.get("versions", {}), DISTRIBUTION: installed(DISTRIBUTION)}
        return Provenance(
            backend=status.name,
            backend_version=status.version,
            isolated=status.isolated,
            limits=self._process.limits_in_force(),
            versions=tuple(sorted((str(k), str(v)) for k, v in versions.items())),
            device=str(start.get("device", "unknown")),
            threads=int(start.get("threads", 0)),
            executed_precision=str(start.get("precision", "unknown")),
            host_key=self._bench.key.kind,
            start_seconds=float(start.get("start_seconds", 0.0)),
            train_seconds=float(done.get("train_seconds", 0.0)),
            probe_seconds=float(done.get("probe_seconds", 0.0)),
            eval_seconds=float(done.get("eval_seconds", 0.0)),
            wall_seconds=time.perf_counter() - self._begun,
        )

    def _obituary(self) -> str:
        return describe_exit(self._process, "the training job")

    def _tell_check(self, raised: tuple[Alarm, ...]) -> None:
        total = self._work.spec.config.max_steps
        loss = self._steps[-1].loss if self._steps else None
        check = self._judge.checks[-1]
        self._tell(Progress("train", check.step, total, loss, check, raised))

    def _tell(self, progress: Progress) -> None:
        if self._watcher is not None:
            self._watcher(progress)


@contextmanager
def _protocol() -> Iterator[None]:
    """What a job left out or misspelt is the platform's failure, not an error of ours."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise SandboxFailed(f"the training job broke its protocol: {error!r}") from error
