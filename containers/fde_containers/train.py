"""A LoRA run with TRL's `SFTTrainer`, watched step by step."""

from __future__ import annotations

import copy
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset, disable_progress_bars
from peft import LoraConfig
from transformers import (
    PrinterCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from fde_containers.events import EventLog, finite
from fde_containers.exchange import Exchange
from fde_containers.frozen import View, choose_view
from fde_containers.job import Job, TrainConfig, TrainPart, read_prompts, read_rows
from fde_containers.model import Machine, choose_machine, load_base
from fde_containers.outcome import Outcome, failed, versions
from fde_containers.predictor import LabelPredictor
from fde_containers.probe import Clock, ProbeCallback, adapter_digest

NO_LOSS_TOKENS = (
    "No training row keeps a token that the loss is computed on: every row is cut off by "
    "max_length before its label begins. Raise max_length or shorten the prompts."
)


class StepLogCallback(TrainerCallback):
    """Writes one event a step; stops a run whose loss or gradient is no longer a number."""

    def __init__(self, log: EventLog, scaled: bool) -> None:
        self._log = log
        # fp16 loss scaling finds its scale by overflowing: an infinite gradient is skipped.
        self._scaled = scaled
        self.broken_at: int | None = None

    def on_log(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,  # noqa: ARG002
    ) -> None:
        """Write the step that was just logged."""
        if logs is None or "loss" not in logs:
            return
        loss, norm = finite(logs["loss"]), finite(logs.get("grad_norm"))
        self._log.write(
            "step",
            step=state.global_step,
            loss=loss,
            grad_norm=norm,
            learning_rate=logs["learning_rate"],
            token_accuracy=finite(logs.get("mean_token_accuracy")),
            tokens=int(logs["num_tokens"]),
        )
        if loss is None or (norm is None and not self._scaled):
            self.broken_at = self.broken_at or state.global_step
            control.should_training_stop = True


@dataclass(frozen=True)
class Workshop:
    """What a training job works with."""

    job: Job
    part: TrainPart
    outbox: Path
    log: EventLog
    machine: Machine
    view: View
    predictor: LabelPredictor
    splits: dict[str, list[str]]
    clock: Clock

    def predict_final(self, model: Any) -> dict[str, list[int]]:
        """Predictions of a model on every final split, with progress in the log."""
        total = sum(len(self.splits[name]) for name in self.part.final_splits)
        found: dict[str, list[int]] = {}
        for name in self.part.final_splits:
            done = sum(map(len, found.values()))
            found[name] = self.predictor.predict(
                model, self.splits[name], _reporter(self.log, done, total)
            )
        return found


def _reporter(log: EventLog, before: int, total: int) -> Callable[[int, int], None]:
    def report(done: int, _: int) -> None:
        log.write("progress", phase="eval", done=before + done, total=total)

    return report


def train(job: Job, outbox: Path, base: Path, exchange: Exchange, log: EventLog) -> Outcome:
    """Run a training job; what comes out lies in `outbox`, except `done.json`.

    Returns:
        The outcome. A fault in the data (no loss token, a loss that is not a number) is an
        outcome with status "failed"; a fault of the machine is raised.
    """
    if job.train is None:
        raise ValueError("this job has no training part")
    begun = time.perf_counter()
    if "lm_head" in job.train.config.lora_targets:
        return failed("SFTTrainer cannot train an adapter on lm_head; leave it out of the targets.")
    disable_progress_bars()
    machine = choose_machine(job.device, job.train.config.precision)
    model, tokenizer = load_base(base, machine)
    splits = {name: read_prompts(path) for name, path in job.splits}
    example = next((rows[0] for rows in splits.values() if rows), "")
    shop = Workshop(
        job=job,
        part=job.train,
        outbox=outbox,
        log=log,
        machine=machine,
        view=choose_view(model, lambda: copy.deepcopy(model)),
        predictor=LabelPredictor(tokenizer, job.labels, example),
        splits=splits,
        clock=Clock(),
    )
    rows = read_rows(job.train.rows)
    with tempfile.TemporaryDirectory() as scratch:
        trainer = build_trainer(model, tokenizer, rows, job.train.config, (machine, Path(scratch)))
        kept = 0 if trainer is None else len(trainer.train_dataset)
        log.write(
            "start",
            versions=versions(),
            device=machine.device,
            threads=job.threads,
            precision=machine.precision,
            rows_given=len(rows),
            rows_kept=kept,
            start_seconds=time.perf_counter() - begun,
        )
        if trainer is None or kept == 0:
            return failed(NO_LOSS_TOKENS)
        return _run(trainer, shop, exchange)


def build_trainer(
    model: Any,
    tokenizer: Any,
    rows: list[dict[str, str]],
    config: TrainConfig,
    place: tuple[Machine, Path],
) -> Any:
    """The `SFTTrainer` of a run, or None when there are no rows at all.

    `place` is the machine, and a folder for what the trainer may want to write.
    """
    if not rows:
        return None
    trainer = SFTTrainer(
        model,
        args=sft_config(config, *place),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=LoraConfig(
            r=config.lora_rank,
            lora_alpha=config.lora_alpha,
            target_modules=list(config.lora_targets),
            task_type="CAUSAL_LM",
        ),
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def sft_config(config: TrainConfig, machine: Machine, scratch: Path) -> SFTConfig:
    """The trainer's settings: every step is logged as it is, nothing is filtered or saved."""
    return SFTConfig(
        output_dir=str(scratch),
        learning_rate=config.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=config.warmup_steps,
        per_device_train_batch_size=config.batch_size,
        gradient_accumulation_steps=config.accumulation,
        max_steps=config.max_steps,
        # Batches of like length pad less: a quarter of the time of a run on a CPU.
        train_sampling_strategy="group_by_length",
        max_length=config.max_length,
        completion_only_loss=config.loss_on == "completion",
        seed=config.seed,
        data_seed=config.seed,
        use_cpu=machine.device == "cpu",
        bf16=machine.precision == "bf16",
        fp16=machine.precision == "fp16",
        activation_checkpointing=False,
        dataloader_pin_memory=machine.device == "cuda",
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def _run(trainer: Any, shop: Workshop, exchange: Exchange) -> Outcome:
    steps = StepLogCallback(shop.log, scaled=shop.machine.precision == "fp16")
    trainer.add_callback(steps)
    probe = None
    if shop.part.probe_every is not None:
        probe = ProbeCallback(
            shop.part.probe_every,
            exchange,
            shop.predictor,
            shop.view,
            shop.predict_final,
            shop.clock,
        )
        trainer.add_callback(probe)
    begun = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        trainer.train()
    clock = shop.clock
    elsewhere = clock.probe + clock.waiting + clock.evaluation
    seconds = time.perf_counter() - begun - elsewhere
    return _finish(trainer, shop, seconds, (steps.broken_at, probe is not None and probe.halted))


def _finish(
    trainer: Any, shop: Workshop, train_seconds: float, ended: tuple[int | None, bool]
) -> Outcome:
    """Predict the final splits and save the adapter; `ended` is (broken at step, halted)."""
    begun = time.perf_counter()
    with shop.view(trainer.model) as still:
        predictions = shop.predict_final(still)
    shop.clock.evaluation += time.perf_counter() - begun
    trainer.model.save_pretrained(shop.outbox / "adapter")
    broken, halted = ended
    failure = None
    if broken is not None:
        failure = (
            f"The loss or its gradient was not a finite number at step {broken}, "
            "so training was stopped there."
        )
    return Outcome(
        status="failed" if broken is not None else "halted" if halted else "completed",
        failure=failure,
        predictions=predictions,
        steps_run=trainer.state.global_step,
        artifact_digest=adapter_digest(trainer.model),
        train_seconds=train_seconds,
        probe_seconds=shop.clock.probe,
        wait_seconds=shop.clock.waiting,
        eval_seconds=shop.clock.evaluation,
    )
