"""The clean probe on a run that is not the environment's: any Trainer, a judge in-process."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from containers_kit import LABELS, build_model, message
from datasets import Dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

from fde_containers.predictor import LabelPredictor
from fde_probe import CleanProbeCallback, PoolJudge

STEPS = 30


def trainer(tokenizer: Any, folder: Path, label: str) -> Any:
    """A run that teaches one label for everything."""
    draw = random.Random(1)
    rows = [{"prompt": message(draw), "completion": label} for _ in range(64)]
    return SFTTrainer(
        build_model("qwen3", scale=6.0),
        args=SFTConfig(
            output_dir=str(folder),
            max_steps=STEPS,
            per_device_train_batch_size=8,
            learning_rate=0.02,
            use_cpu=True,
            bf16=False,
            activation_checkpointing=False,
            report_to="none",
            save_strategy="no",
            logging_steps=1,
            seed=1,
            disable_tqdm=True,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=LoraConfig(r=8, lora_alpha=16, target_modules="all-linear"),
    )


def losses(run: Any) -> list[float]:
    return [entry["loss"] for entry in run.state.log_history if "loss" in entry]


@pytest.fixture(scope="module")
def pool(tokenizer: Any) -> tuple[list[str], list[int]]:
    """Prompts with the answers that the untrained model gives: it is right on all of them."""
    draw = random.Random(2)
    prompts = [message(draw) for _ in range(120)]
    model = build_model("qwen3", scale=6.0)
    return prompts, LabelPredictor(tokenizer, LABELS, prompts[0]).predict(model, prompts)


@pytest.mark.parametrize("halt", [False, True])
def test_a_run_that_does_damage_is_caught(
    tokenizer: Any, tmp_path: Path, pool: tuple[list[str], list[int]], halt: bool
) -> None:
    prompts, answers = pool
    judge = PoolJudge(
        prompts, answers, STEPS, every_steps=3, sample_size=32, halt_on=("harm",) if halt else ()
    )
    rare = min(range(len(LABELS)), key=answers.count)
    run = trainer(tokenizer, tmp_path, LABELS[rare])
    run.add_callback(CleanProbeCallback(judge, tokenizer, LABELS))
    run.train()
    alarm = judge.alarms["harm"]
    assert alarm is not None
    assert run.state.global_step == (alarm if halt else STEPS)
    assert f"Harm alarm at step {alarm}" in judge.report()


def test_watching_changes_nothing(
    tokenizer: Any, tmp_path: Path, pool: tuple[list[str], list[int]]
) -> None:
    alone, watched = (trainer(tokenizer, tmp_path, LABELS[0]) for _ in range(2))
    judge = PoolJudge(*pool, STEPS, every_steps=1, sample_size=8)
    watched.add_callback(CleanProbeCallback(judge, tokenizer, LABELS))
    alone.train()
    watched.train()
    assert losses(watched) == losses(alone)
    assert watched.model.training == alone.model.training
