"""The clean probe for anybody's training run: a callback for any Trainer or TRL trainer.

    from fde_probe import CleanProbeCallback, PoolJudge

    judge = PoolJudge(prompts, answers, max_steps=300)
    trainer.add_callback(CleanProbeCallback(judge, tokenizer, labels))
    trainer.train()
    print(judge.report())

`prompts` are clean examples that the run never trains on, `answers` the index of the right
label of each. The callback only asks the model; what is right, and when to raise an alarm, is
the judge's, so a run cannot certify itself.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from fde_containers.frozen import in_place
from fde_containers.predictor import LabelPredictor
from fde_containers.trie import Tokenizer

_LOGGER = logging.getLogger(__name__)


class Opinion(Protocol):
    """What a judge says after a check."""

    @property
    def halt(self) -> bool:
        """Whether the run should stop here."""

    @property
    def message(self) -> str:
        """An alarm in plain words; empty when there is none."""


class Judge(Protocol):
    """Keeps the right answers, draws the samples, and decides."""

    @property
    def prompts(self) -> Sequence[str]:
        """The whole pool, asked once before training."""

    @property
    def every_steps(self) -> int:
        """Optimiser steps between checks."""

    def begin(self, predictions: Sequence[int]) -> None:
        """Take what the model answers on the whole pool before training."""

    def sample(self, check: int) -> Sequence[str]:
        """Draw the prompts of a check, counted from 1, now that the weights stand still."""

    def observe(self, check: int, predictions: Sequence[int]) -> Opinion:
        """Take the answers to `sample(check)`."""


class CleanProbeCallback(TrainerCallback):
    """Asks the model in training for labels and lets a judge look at them.

    Weights, modes and random states are as before after each look, so the run computes what
    it would compute without it.

    Args:
        judge: for one run; a second run wants a fresh one.
        tokenizer: of the model, with an end-of-sequence token.
        labels: completions to choose from, as they stand behind a prompt.
    """

    def __init__(self, judge: Judge, tokenizer: Tokenizer, labels: Sequence[str]) -> None:
        self._judge = judge
        self._predictor = LabelPredictor(tokenizer, labels, judge.prompts[0])
        self._checks = 0

    def on_train_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **kwargs: Any,
    ) -> None:
        """Ask the untrained model for the whole pool."""
        if state.global_step:
            raise ValueError(
                "the clean probe compares with the model before training and cannot join a run "
                "that is resumed from a checkpoint"
            )
        self._judge.begin(self._ask(kwargs["model"], self._judge.prompts))

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Check, if this step is one for it."""
        if state.global_step % self._judge.every_steps:
            return
        self._checks += 1
        prompts = self._judge.sample(self._checks)
        opinion = self._judge.observe(self._checks, self._ask(kwargs["model"], prompts))
        if opinion.message:
            _LOGGER.warning(opinion.message)
        if opinion.halt:
            control.should_training_stop = True

    def _ask(self, model: Any, prompts: Sequence[str]) -> list[int]:
        with in_place(getattr(model, "module", model)) as still:
            return self._predictor.predict(still, prompts)
