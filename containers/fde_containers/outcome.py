"""How a job ended, as it is told to the host."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from fde_containers.exchange import write_json

_PACKAGES = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "tokenizers")


@dataclass(frozen=True)
class Outcome:
    """The end of a job.

    Attributes:
        failure: plain words about what in the data or the settings went wrong, or None.
        predictions: label index of every row of every split; None when there is no model.
        steps_run: optimiser steps.
        artifact_digest: of the adapter; None when there is none.
        train_seconds: time in the training loop, without the three that follow.
        probe_seconds: predicting for the clean probe.
        wait_seconds: standing still until the host answered.
        eval_seconds: predicting the final splits, at the end and for snapshots.
    """

    status: Literal["completed", "halted", "failed"]
    failure: str | None
    predictions: dict[str, list[int]] | None
    steps_run: int = 0
    artifact_digest: str | None = None
    train_seconds: float = 0.0
    probe_seconds: float = 0.0
    wait_seconds: float = 0.0
    eval_seconds: float = 0.0


def failed(words: str) -> Outcome:
    """A job that could not begin, for a reason in its data or settings."""
    return Outcome(status="failed", failure=words, predictions=None)


def write_outcome(outcome: Outcome, outbox: Path) -> None:
    """Write `predictions.json` if there are any, then `done.json` as the last file."""
    if outcome.predictions is not None:
        write_json(outbox / "predictions.json", outcome.predictions)
    done = {name: getattr(outcome, name) for name in outcome.__dataclass_fields__}
    del done["predictions"]
    write_json(outbox / "done.json", done)


def versions() -> dict[str, str]:
    """Versions of the libraries that decide what a run computes, where installed."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
