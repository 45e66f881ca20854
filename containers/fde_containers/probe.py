"""The clean probe, seen from inside: stand still, predict what the host asks, go on when told.

The host draws the sample only after the weights are marked as frozen, and keeps the labels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from peft import get_peft_model_state_dict
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from fde_containers.digest import tensors_digest
from fde_containers.exchange import Exchange
from fde_containers.frozen import View
from fde_containers.predictor import LabelPredictor


@dataclass
class Clock:
    """Seconds of a run that were not training."""

    probe: float = 0.0
    waiting: float = 0.0
    evaluation: float = 0.0


class ProbeCallback(TrainerCallback):
    """Carries out one exchange with the host every `every` optimiser steps.

    Args:
        every: optimiser steps between checks.
        exchange: to the host.
        predictor: of the job's labels.
        view: yields the model to predict with.
        final: predicts all final splits with a given model, for a snapshot.
        clock: gets the seconds spent.
    """

    def __init__(
        self,
        every: int,
        exchange: Exchange,
        predictor: LabelPredictor,
        view: View,
        final: Callable[[Any], dict[str, list[int]]],
        clock: Clock,
    ) -> None:
        self._every = every
        self._exchange = exchange
        self._predictor = predictor
        self._view = view
        self._final = final
        self._clock = clock
        self._checks = 0
        self.halted = False

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Check, if this step is one for it."""
        if state.global_step % self._every:
            return
        self._checks += 1
        tag = f"{self._checks:04d}"
        begun, waited = time.perf_counter(), self._clock.waiting
        with self._view(kwargs["model"]) as still:
            self._exchange.send(f"frozen-{tag}", {"step": state.global_step})
            asked = self._wait_for(f"probe-{tag}")
            self._answer(tag, still, asked["prompts"])
        self._clock.probe += time.perf_counter() - begun - (self._clock.waiting - waited)
        order = self._wait_for(f"go-{tag}")
        if order.get("snapshot"):
            self._snapshot(tag, state.global_step, kwargs["model"])
        if order["command"] == "halt":
            self.halted = True
            control.should_training_stop = True

    def _answer(self, tag: str, still: Any, prompts: Sequence[str]) -> None:
        begun = time.perf_counter()
        predictions = self._predictor.predict(still, prompts)
        spent = time.perf_counter() - begun
        self._exchange.send(f"probe-{tag}", {"predictions": predictions, "seconds": spent})

    def _snapshot(self, tag: str, step: int, model: Any) -> None:
        begun = time.perf_counter()
        with self._view(model) as still:
            predictions = self._final(still)
        digest = adapter_digest(model)
        self._exchange.send(
            f"snapshot-{tag}",
            {"step": step, "artifact_digest": digest, "predictions": predictions},
        )
        self._clock.evaluation += time.perf_counter() - begun

    def _wait_for(self, name: str) -> dict[str, Any]:
        begun = time.perf_counter()
        message: dict[str, Any] = self._exchange.receive(name)
        self._clock.waiting += time.perf_counter() - begun
        return message


def adapter_digest(model: Any) -> str:
    """Digest of the adapter as it would be saved."""
    with torch.no_grad():
        return tensors_digest(get_peft_model_state_dict(model))
