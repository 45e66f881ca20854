"""The wall time of `fde confirm` beside the same runs as bare `SFTTrainer` scripts.

   python containers/bench_matrix.py                         # 48 runs, as many processes as cores
   python containers/bench_matrix.py --bases qwen3-tiny-a --seeds 1    # four of them
   python containers/bench_matrix.py --like-lengths                    # bare runs sorted as ours

Three ways to train the same rows with the same settings, one after the other, each with as many
processes at a time as cores and one thread a process. The bare runs take rows in the trainer's own
order unless `--like-lengths` gives them batches of like length, as the sandboxed job has them:

* confirm: sandboxed warm workers; includes the base's answers, every probe, snapshots at
  alarms, the evaluation of 1,700 rows a run, and keeping evidence and adapter;
* scripts: a fresh process a run that imports, loads, tokenises and calls `trainer.train()`:
  what 48 runs cost whoever writes a training script, without any evaluation;
* loops: the same, but each process imports once and takes its share of the runs in a loop.

Prints JSON: seconds of each, both ratios, and the machine's load before each part. On a
machine where others work too the ratios mean little; the load says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fde_env.bases import base_path
from fde_env.bench.plan import Planned, Study, plan_study
from fde_env.bench.workers import News, Workplace, cores, gather
from fde_env.runs.job_files import write_train_job
from fde_env.runs.store import Store

Job = tuple[Path, Path]


def main() -> None:
    """Time the three ways and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bases", default=",".join(Study().bases))
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--size", default="full", choices=("full", "smoke"))
    parser.add_argument("--backend", default="auto")
    parser.add_argument(
        "--like-lengths", action="store_true", help="bare runs batch rows of like length, too"
    )
    parser.add_argument("--bare", nargs="+", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.bare:
        for folder, base in zip(chosen.bare[::2], chosen.bare[1::2], strict=True):
            _bare(folder, base, "group_by_length" if chosen.like_lengths else "random")
        return
    study = Study(
        bases=tuple(chosen.bases.split(",")),
        seeds=tuple(map(int, chosen.seeds.split(","))),
        size=chosen.size,
    )
    runs = plan_study(study)
    with tempfile.TemporaryDirectory() as name:
        found = _measure(runs, Path(name), chosen)
        print(json.dumps(found, indent=2))  # noqa: T201  # a command's result


def _measure(runs: Sequence[Planned], folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    jobs = [_write(planned, folder / f"{number:03d}") for number, planned in enumerate(runs)]
    place = Workplace(store=Store(folder / "home"), backend=chosen.backend)
    order = ["--like-lengths"] if chosen.like_lengths else []
    loads = {"confirm": _load()}
    confirm = _timed(lambda: gather(runs, place, _told))
    loads["scripts"] = _load()
    scripts = _timed(lambda: _processes([[job] for job in jobs], order))
    loads["loops"] = _load()
    loops = _timed(lambda: _processes([jobs[i :: cores()] for i in range(cores())], order))
    return {
        "runs": len(runs),
        "cores": cores(),
        "like_lengths": chosen.like_lengths,
        "confirm_seconds": round(confirm, 1),
        "scripts_seconds": round(scripts, 1),
        "loops_seconds": round(loops, 1),
        "confirm_over_scripts": round(confirm / scripts, 3),
        "confirm_over_loops": round(confirm / loops, 3),
        "load_before": loads,
    }


def _told(news: News) -> None:
    if news.kind == "failed":
        raise RuntimeError(f"a run broke down: {news.error}")
    if news.kind == "finished":
        sys.stderr.write(f"{news.planned.base} {news.planned.seed} {news.planned.arm}\n")


def _load() -> float:
    """Processes that wanted to run in the last minute, on average, this one's included."""
    return round(os.getloadavg()[0], 2)


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _write(planned: Planned, folder: Path) -> Job:
    folder.mkdir()
    request = planned.request
    write_train_job(folder, request.spec, request.handling, request.sets, 1)
    return folder, base_path(planned.base)


def _processes(shares: Sequence[Sequence[Job]], order: Sequence[str]) -> None:
    """A process for each share, as many at a time as cores."""

    def one(share: Sequence[Job]) -> None:
        arguments = [str(path) for job in share for path in job]
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
            "TOKENIZERS_PARALLELISM": "false",
            "HF_HUB_OFFLINE": "1",
        }
        command = [sys.executable, __file__, *order, "--bare", *arguments]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(one, shares))


def _bare(folder: Path, base: Path, order: str) -> None:
    """The run that anyone would write: rows, settings, `SFTTrainer`, `train()`."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    job = json.loads((folder / "job.json").read_text())
    config = job["config"]
    torch.set_num_threads(1)
    lines = (folder / job["train_rows"]).read_text().splitlines()
    SFTTrainer(
        AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32),
        args=SFTConfig(
            output_dir=str(folder / "bare"),
            learning_rate=config["learning_rate"],
            lr_scheduler_type="linear",
            warmup_steps=config["warmup_steps"],
            per_device_train_batch_size=config["batch_size"],
            max_steps=config["max_steps"],
            max_length=config["max_length"],
            completion_only_loss=config["loss_on"] == "completion",
            seed=config["seed"],
            data_seed=config["seed"],
            train_sampling_strategy=order,
            use_cpu=True,
            bf16=False,
            activation_checkpointing=False,
            dataloader_pin_memory=False,
            logging_steps=1,
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
    ).train()


if __name__ == "__main__":
    main()
