"""Open a run: replay it when its evidence is stored, train it otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from fde_env.bases import base_digest, base_path
from fde_env.compile import Handling
from fde_env.contract.evidence import Evidence
from fde_env.contract.run_spec import RunSpec
from fde_env.errors import RecordMismatch, ReplayMiss
from fde_env.runs.base_predictions import predict_base
from fde_env.runs.bench import Bench
from fde_env.runs.eval_sets import EvalSets
from fde_env.runs.judge import host_key
from fde_env.runs.live import LiveRun, Work
from fde_env.runs.recorded import RecordedRun
from fde_env.runs.run import Progress, Run, Watcher
from fde_env.runs.store import Store, base_key
from fde_env.runs.versions import differences
from fde_env.sandbox.base import Limits
from fde_env.sandbox.choose import choose_backend

Execution = Literal["auto", "live", "replay"]


@dataclass(frozen=True)
class RunRequest:
    """A run as the environment asks for it."""

    spec: RunSpec
    handling: Handling
    sets: EvalSets
    show_alarms: bool


@dataclass(frozen=True)
class Runner:
    """Opens runs under one execution mode, backend and store."""

    execution: Execution = "auto"
    backend: str = "auto"
    gpus: int = 0
    store: Store = field(default_factory=Store)
    limits: Limits = field(default_factory=Limits)
    strict_provenance: bool = False

    @cached_property
    def bench(self) -> Bench:
        """Where live runs are made; chosen on first use, since replay needs none."""
        return Bench(
            sandbox=choose_backend(self.backend),
            store=self.store,
            limits=self.limits,
            gpus=self.gpus,
            key=host_key(),
        )

    def open(self, request: RunRequest, watcher: Watcher | None = None) -> Run:
        """A recorded or a live run for `request`.

        Raises:
            ReplayMiss: only replay is allowed and the store lacks the run.
            RecordMismatch: only replay is allowed, and under strict provenance the record was
                made with other library versions.
            BackendUnavailable: no sandbox can run here.
            SandboxFailed: a job broke down.
        """
        key = request.spec.key
        live = self.execution == "live"
        stored = self.store.fresh(key) if live else self.store.evidence(key)
        if stored is not None and self._usable(stored):
            return RecordedRun(
                stored,
                show_alarms=request.show_alarms,
                directory=self.store.kept(key),
                watcher=watcher,
            )
        if self.execution == "replay":
            raise ReplayMiss(
                f"run {key[:12]} is not in the store at {self.store.home} nor in the pack; "
                'use execution="auto" to train it once'
            )
        return train(self.bench, request, watcher)

    def _usable(self, stored: Evidence) -> bool:
        """Whether a record will do. On auto, one that will not is trained anew."""
        other = differences(stored) if self.strict_provenance else ()
        if self.execution == "replay":
            if other:
                raise RecordMismatch(
                    f"run {stored.run_key[:12]} was recorded with other libraries "
                    f'({"; ".join(other)}); install those, or use execution="auto"'
                )
            return True
        made = stored.provenance
        # Who names a backend wants to see it work: another one's record will not do.
        right_place = self.backend in ("auto", made.backend)
        return right_place and made.host_key == host_key().kind and not other


def train(bench: Bench, request: RunRequest, watcher: Watcher | None) -> LiveRun:
    """Start a live run, after the base's answers are known.

    Raises:
        SandboxFailed: a job broke down.
    """
    folder = base_path(request.spec.base_id)
    tell = watcher if watcher is not None else _nobody
    digest = base_digest(folder)
    if bench.store.base_predictions(base_key(digest, request.sets.digest)) is None:
        tell(Progress("base", 0, request.spec.config.max_steps))
    work = Work(
        spec=request.spec,
        handling=request.handling,
        sets=request.sets,
        base_folder=folder,
        base=predict_base(bench, folder, digest, request.sets),
    )
    tell(Progress("start", 0, request.spec.config.max_steps))
    return LiveRun(work, bench, show_alarms=request.show_alarms, watcher=watcher)


def _nobody(_: Progress) -> None:
    """For when nobody watches."""
