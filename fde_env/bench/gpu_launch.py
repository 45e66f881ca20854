"""Launch configuration of one run on real GPUs: what accelerate and TRL read, and the rows.

    python -m fde_env.bench.gpu_launch --base meta-llama/Llama-3.3-70B-Instruct \
        --gpus 4 --memory 80 --out launch

A base that fits one GPU needs none of this: `fde confirm --base Qwen/Qwen3-8B --gpus 1
--precision bf16` runs the sandboxed job, probes included, on it. What is written here is for
bases that do not fit: LoRA on a quantised base on one GPU, or sharded by FSDP over several,
with TRL's own SFT script as the program. Detectors are added there by the callback
(`fde_containers.clean_probe`), on one process. The files are checked by the parsers of both
libraries in this project's tests; none of them was run on a GPU, as there was none.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from fde_env.bases import find_base
from fde_env.bench.plan import FOLDER_LEARNING_RATE, Planned, Study, plan_study
from fde_env.errors import FDEError, UsageError
from fde_env.runs.job_files import training_rows
from fde_env.tickets.terms import PARAMETERS_BILLION

Mode = Literal["lora", "fsdp", "qlora"]
# GiB for each billion parameters (with buffers), and GiB kept for activations and the rest.
BF16_GIB: Final = 2.1
NF4_GIB: Final = 0.65
REST_GIB: Final = 12.0


@dataclass(frozen=True)
class Machine:
    """GPUs of one kind in one machine; `memory_gib` is of each."""

    gpus: int
    memory_gib: float


def choose_mode(billions: float, machine: Machine) -> Mode:
    """The plainest way that fits: bf16 on one GPU, bf16 sharded over all, quantised on one.

    Raises:
        UsageError: none fits.
    """
    free = machine.memory_gib - REST_GIB
    if billions * BF16_GIB <= free:
        return "lora"
    if machine.gpus > 1 and billions * BF16_GIB / machine.gpus <= free:
        return "fsdp"
    if billions * NF4_GIB <= free:
        return "qlora"
    raise UsageError(
        f"{billions:g} billion parameters fit no {machine.gpus} x {machine.memory_gib:g} GiB: "
        "take more or larger GPUs"
    )


def accelerate_config(mode: Mode, machine: Machine) -> dict[str, Any]:
    """What `accelerate launch --config_file` reads."""
    sharded = {
        "fsdp_version": 2,
        "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "fsdp_reshard_after_forward": True,
        "fsdp_offload_params": False,
        "fsdp_cpu_ram_efficient_loading": True,
        "fsdp_activation_checkpointing": True,
        "fsdp_state_dict_type": "SHARDED_STATE_DICT",
    }
    return {
        "compute_environment": "LOCAL_MACHINE",
        "distributed_type": "FSDP" if mode == "fsdp" else "NO",
        "num_machines": 1,
        "num_processes": machine.gpus if mode == "fsdp" else 1,
        "machine_rank": 0,
        "main_training_function": "main",
        "mixed_precision": "bf16",
        "use_cpu": False,
        **({"fsdp_config": sharded} if mode == "fsdp" else {}),
    }


def sft_config(mode: Mode, planned: Planned, base: str, processes: int) -> dict[str, Any]:
    """What TRL's SFT script reads; rows a step stay those of the certified configuration."""
    spec = planned.request.spec
    config = spec.config
    rows = config.batch_size * config.accumulation
    micro = max(1, min(4, rows // processes))
    quantised = {
        "load_in_4bit": True,
        "bnb_4bit_quant_type": "nf4",
        "use_bnb_nested_quant": True,
    }
    return {
        "model_name_or_path": base,
        "dtype": "bfloat16",
        "datasets": [{"path": "json", "data_files": "rows.jsonl", "split": "train"}],
        "output_dir": "adapter",
        "use_peft": True,
        "lora_r": config.lora_rank,
        "lora_alpha": config.lora_alpha,
        "lora_dropout": 0.0,
        "lora_target_modules": list(config.lora_targets),
        "learning_rate": FOLDER_LEARNING_RATE,
        "lr_scheduler_type": "linear",
        "warmup_steps": spec.warmup_steps,
        "max_steps": config.max_steps,
        "per_device_train_batch_size": micro,
        "gradient_accumulation_steps": max(1, rows // (micro * processes)),
        "max_length": config.max_length,
        "completion_only_loss": spec.loss_on == "completion",
        "bf16": True,
        # FSDP checkpoints activations itself; twice would only cost time.
        "gradient_checkpointing": mode == "qlora",
        "seed": config.seed,
        "data_seed": config.seed,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "save_strategy": "no",
        "report_to": "none",
        **(quantised if mode == "qlora" else {}),
    }


def write_launch(planned: Planned, base: str, machine: Machine, folder: Path) -> Mode:
    """Write rows, both configurations and the command into `folder`; returns the mode.

    Raises:
        UsageError: the base's size is unknown, or it fits no GPU.
    """
    billions = dict(PARAMETERS_BILLION).get(base)
    if billions is None:
        known = ", ".join(name for name, _ in PARAMETERS_BILLION)
        raise UsageError(f"the size of {base!r} is not known here; known: {known}")
    mode = choose_mode(billions, machine)
    accelerate = accelerate_config(mode, machine)
    folder.mkdir(parents=True, exist_ok=True)
    spec, handling = planned.request.spec, planned.request.handling
    lines = (json.dumps(row) + "\n" for row in training_rows(spec, handling))
    (folder / "rows.jsonl").write_text("".join(lines), encoding="utf-8")
    _write_yaml(folder / "accelerate.yaml", accelerate)
    _write_yaml(
        folder / "sft.yaml", sft_config(mode, planned, base, int(accelerate["num_processes"]))
    )
    command = "accelerate launch --config_file accelerate.yaml -m trl.scripts.sft --config sft.yaml"
    (folder / "launch.sh").write_text(
        f'#!/bin/sh\n# {base}, {mode}\ncd "$(dirname "$0")" && exec {command}\n', encoding="utf-8"
    )
    return mode


def _write_yaml(path: Path, values: Mapping[str, Any]) -> None:
    # A JSON value is a YAML value, so a line for each key needs no YAML library.
    lines = (f"{key}: {json.dumps(value)}\n" for key, value in values.items())
    path.write_text("".join(lines), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write the launch folder of one run."""
    parser = argparse.ArgumentParser(prog="fde_env.bench.gpu_launch", description=__doc__)
    parser.add_argument("--base", required=True, help="hub id of a nominal base")
    parser.add_argument("--arm", default="correct", help="correct, permute, noise or mask")
    parser.add_argument("--seed", type=int, default=1, help="seed of the evidence cell")
    parser.add_argument("--gpus", type=int, default=1, help="GPUs of the machine")
    parser.add_argument("--memory", type=float, default=80.0, help="GiB of each")
    parser.add_argument("--out", type=Path, default=Path("launch"), help="folder to write")
    chosen = parser.parse_args(arguments)
    try:
        shipped = find_base(chosen.base)
        if shipped is None:
            raise UsageError(f"{chosen.base!r} is no nominal base of this project")
        study = Study(bases=(shipped.id,), seeds=(chosen.seed,), arms=(chosen.arm,))
        (planned,) = plan_study(study)
        machine = Machine(chosen.gpus, chosen.memory)
        mode = write_launch(planned, shipped.nominal, machine, chosen.out)
    except FDEError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{mode}: start {chosen.out / 'launch.sh'} on the GPU machine\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
