"""What the sandboxed job costs beside the same `SFTTrainer` run bare in one process.

    python containers/bench_training.py                      # 5 pairs of 300 steps
    python containers/bench_training.py --pairs 3 --base PATH --threads 2

Each pair runs both, one after the other, each in a fresh process, in alternating order. Both
train on the same rows with the same settings; the job also logs every step and answers a
clean probe of 64 rows every 10 steps, asked by a host in this process. Start-up (imports,
loading, tokenising) is apart: both are timed around `trainer.train()`. The medians of the
pairs' ratios are printed as JSON. On a machine that does other work at the same time the
pairs scatter widely, and `probe_over_job_training` is the figure to read.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

from fde_env.bases import base_path
from fde_env.contract.run_spec import CellKey
from fde_env.runs.eval_sets import eval_sets
from fde_env.tickets.cell import build_cell
from fde_env.tickets.prompts import completions, render

SAMPLE: Final = 64
EVERY: Final = 10
TARGETS: Final = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def main() -> None:
    """Run the pairs and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--base", default="qwen3-tiny-a", help="shipped id or folder")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    base = Path(base_path(chosen.base))
    if chosen.bare is not None:
        sys.stdout.write(json.dumps(_bare(chosen.bare, base)) + "\n")
        return
    pairs = []
    for number in range(chosen.pairs):
        pairs.append(_pair(chosen, base, job_first=bool(number % 2)))
        sys.stderr.write(f"pair {number + 1}/{chosen.pairs}: {json.dumps(pairs[-1])}\n")
    report = {
        "pairs": chosen.pairs,
        "steps": chosen.steps,
        "batch": chosen.batch,
        "threads": chosen.threads,
        "base": base.name,
        "checks": chosen.steps // EVERY,
        "rows_a_check": SAMPLE,
        **{
            f"median_{name}": round(statistics.median(pair[name] for pair in pairs), 4)
            for name in pairs[0]
        },
    }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def _pair(chosen: argparse.Namespace, base: Path, *, job_first: bool) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompts = _write_job(folder, chosen)
        runs = [_run_job, _run_bare] if job_first else [_run_bare, _run_job]
        seconds: dict[str, Any] = {}
        for run in runs:
            seconds |= run(folder, base, prompts, chosen.threads)
    looped = seconds["train"] + seconds["probe"] + seconds["wait"]
    return {
        "bare_seconds": seconds["bare"],
        "job_seconds": looped,
        "job_over_bare": looped / seconds["bare"],
        "probe_share": seconds["probe"] / seconds["bare"],
        "probe_and_wait_share": (seconds["probe"] + seconds["wait"]) / seconds["bare"],
        # Both from one process, check by check: a busy machine slows them alike.
        "probe_over_job_training": seconds["probe"] / seconds["train"],
        "same_last_loss": float(seconds["bare_loss"] == seconds["job_loss"]),
    }


def _write_job(folder: Path, chosen: argparse.Namespace) -> list[str]:
    """The correct arm of the bank domain as a job folder; returns the probe pool's prompts."""
    inbox = folder / "in"
    inbox.mkdir()
    (folder / "out").mkdir()
    key = CellKey(domain="bank", data_seed=1, size="full")
    cell, sets = build_cell(key), eval_sets(key, "intent_line")
    labels = completions(cell.domain)
    rows = [
        {
            "prompt": render(row.text, "", "message_only", "intent_line"),
            "completion": labels[row.intent],
        }
        for row in cell.split("train")
    ]
    _write_lines(inbox / "train.jsonl", rows)
    _write_lines(inbox / "few.jsonl", [{"prompt": sets.prompts["held_out"][0]}])
    job = {
        "kind": "train",
        "labels": list(labels),
        "splits": {"few": "few.jsonl"},
        "train_rows": "train.jsonl",
        "final_splits": ["few"],
        "config": {
            "learning_rate": 2e-3,
            "batch_size": chosen.batch,
            "accumulation": 1,
            "max_steps": chosen.steps,
            "warmup_steps": 15,
            "lora_rank": 16,
            "lora_alpha": 32,
            "lora_targets": list(TARGETS),
            "max_length": 96,
            "precision": "fp32",
            "seed": 1,
            "loss_on": "completion",
        },
        "probe": {"every_steps": EVERY},
        "threads": chosen.threads,
        "device": "cpu",
    }
    (inbox / "job.json").write_text(json.dumps(job))
    return list(sets.prompts["pool"])


def _write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def _environment(threads: int) -> dict[str, str]:
    """The same for both: what the job sets for itself would otherwise slow the bare run."""
    return {**os.environ, "OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}


def _run_bare(folder: Path, base: Path, _: list[str], threads: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--bare", str(folder), "--base", str(base)]
    done = subprocess.run(
        command, env=_environment(threads), check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _run_job(folder: Path, base: Path, prompts: list[str], threads: int) -> dict[str, Any]:
    stop = threading.Event()
    host = threading.Thread(target=_answer, args=(folder, prompts, stop), daemon=True)
    host.start()
    command = [sys.executable, "-m", "fde_containers.main", "--base", str(base)]
    command += ["--input", str(folder / "in"), "--output", str(folder / "out")]
    try:
        subprocess.run(command, env=_environment(threads), check=True, capture_output=True)
    finally:
        stop.set()
    done = json.loads((folder / "out" / "done.json").read_text())
    events = map(json.loads, (folder / "out" / "log.jsonl").read_text().splitlines())
    return {
        **{name: done[f"{name}_seconds"] for name in ("train", "probe", "wait")},
        "job_loss": [event["loss"] for event in events if event["event"] == "step"][-1],
    }


def _answer(folder: Path, prompts: list[str], stop: threading.Event) -> None:
    """The host's side of the probe exchange."""
    draw = random.Random(0)
    check, asked = 1, 0
    while not stop.is_set():
        tag = f"{check:04d}.json"
        if (folder / "out" / f"probe-{tag}").exists():
            _put(folder / "in" / f"go-{tag}", {"command": "continue", "snapshot": False})
            check += 1
        elif (folder / "out" / f"frozen-{tag}").exists() and asked < check:
            _put(folder / "in" / f"probe-{tag}", {"prompts": draw.sample(prompts, SAMPLE)})
            asked = check
        time.sleep(0.002)


def _put(path: Path, data: object) -> None:
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(data))
    draft.replace(path)


def _bare(folder: Path, base: Path) -> dict[str, Any]:
    """The run that anyone would write: rows, settings, `SFTTrainer`, `train()`."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    job = json.loads((folder / "in" / "job.json").read_text())
    config = job["config"]
    torch.set_num_threads(job["threads"])
    lines = (folder / "in" / "train.jsonl").read_text().splitlines()
    trainer = SFTTrainer(
        AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32),
        args=SFTConfig(
            output_dir=str(folder / "bare"),
            learning_rate=config["learning_rate"],
            lr_scheduler_type="linear",
            warmup_steps=config["warmup_steps"],
            per_device_train_batch_size=config["batch_size"],
            max_steps=config["max_steps"],
            max_length=config["max_length"],
            seed=config["seed"],
            data_seed=config["seed"],
            use_cpu=True,
            bf16=False,
            activation_checkpointing=False,
            dataloader_pin_memory=False,
            logging_steps=1,
            logging_nan_inf_filter=False,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        ),
        train_dataset=Dataset.from_list([json.loads(line) for line in lines]),
        processing_class=AutoTokenizer.from_pretrained(base),
        peft_config=LoraConfig(
            r=config["lora_rank"],
            lora_alpha=config["lora_alpha"],
            target_modules=config["lora_targets"],
            task_type="CAUSAL_LM",
        ),
    )
    begun = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - begun
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return {"bare": seconds, "bare_loss": losses[-1]}


if __name__ == "__main__":
    main()
