"""Generated launch files, read by the parsers of the libraries that will read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from study_kit import recorded

from fde_env.bench.gpu_launch import Machine, choose_mode, main, write_launch
from fde_env.bench.plan import Planned
from fde_env.errors import UsageError

LLAMA = "meta-llama/Llama-3.3-70B-Instruct"
CASES = [
    ("Qwen/Qwen3-8B", Machine(1, 48), "lora"),
    ("Qwen/Qwen3-32B", Machine(1, 141), "lora"),
    (LLAMA, Machine(1, 80), "qlora"),
    (LLAMA, Machine(4, 80), "fsdp"),
    (LLAMA, Machine(2, 141), "fsdp"),
]


def planned(arm: str = "correct") -> Planned:
    return next(run for run, _ in recorded() if run.arm == arm)


@pytest.mark.parametrize(("base", "machine", "mode"), CASES)
def test_the_plainest_mode_that_fits(
    base: str, machine: Machine, mode: str, tmp_path: Path
) -> None:
    assert write_launch(planned(), base, machine, tmp_path) == mode


def test_what_fits_nowhere_is_refused() -> None:
    with pytest.raises(UsageError, match="fit no 1 x 24 GiB"):
        choose_mode(70.6, Machine(1, 24))


def trl_parsed(folder: Path) -> tuple[Any, ...]:
    sft = pytest.importorskip("trl.scripts.sft")
    # As a process would: bf16 is refused at once by a machine that lacks it, so it is left
    # out here and looked at in the file.
    text = (folder / "sft.yaml").read_text()
    assert "bf16: true" in text
    (folder / "here.yaml").write_text(text.replace("bf16: true", "bf16: false\nuse_cpu: true"))
    parser = sft.make_parser()
    return tuple(
        parser.parse_args_and_config(
            args=["--config", str(folder / "here.yaml")], fail_with_unknown_args=True
        )
    )


@pytest.mark.parametrize(("base", "machine", "mode"), CASES)
def test_trl_reads_every_field(base: str, machine: Machine, mode: str, tmp_path: Path) -> None:
    write_launch(planned(), base, machine, tmp_path)
    _, training, model, data = trl_parsed(tmp_path)
    processes = machine.gpus if mode == "fsdp" else 1
    micro = training.per_device_train_batch_size
    assert micro * training.gradient_accumulation_steps * processes == 16
    assert training.max_steps == planned().request.spec.config.max_steps
    assert training.completion_only_loss is True
    assert model.model_name_or_path == base
    assert model.load_in_4bit is (mode == "qlora")
    assert data.datasets[0].data_files == "rows.jsonl"
    trl = pytest.importorskip("trl")
    lora = trl.get_peft_config(model)
    assert (lora.r, lora.lora_alpha) == (16, 32)
    assert len(lora.target_modules) == 7


def test_the_mask_arm_trains_on_everything(tmp_path: Path) -> None:
    write_launch(planned("mask"), LLAMA, Machine(4, 80), tmp_path)
    assert trl_parsed(tmp_path)[1].completion_only_loss is False


@pytest.mark.parametrize(("base", "machine", "mode"), CASES)
def test_accelerate_reads_every_field(
    base: str, machine: Machine, mode: str, tmp_path: Path
) -> None:
    configs = pytest.importorskip("accelerate.commands.config.config_args")
    launch = pytest.importorskip("accelerate.commands.launch")
    write_launch(planned(), base, machine, tmp_path)
    path = str(tmp_path / "accelerate.yaml")
    config = configs.load_config_from_file(path)
    assert config.num_processes == (machine.gpus if mode == "fsdp" else 1)
    parser = launch.launch_command_parser()
    arguments = parser.parse_args(["--config_file", path, "-m", "trl.scripts.sft"])
    arguments, _, _ = launch._validate_launch_command(arguments)
    assert arguments.use_fsdp is (mode == "fsdp")
    assert arguments.mixed_precision == "bf16"
    if mode == "fsdp":
        assert str(arguments.fsdp_version) == "2"
        assert arguments.fsdp_auto_wrap_policy == "TRANSFORMER_BASED_WRAP"


def test_rows_are_the_arm_s_own(tmp_path: Path) -> None:
    """The command writes what the sandboxed job would train on."""
    out = tmp_path / "launch"
    assert main(["--base", LLAMA, "--gpus", "4", "--out", str(out)]) == 0
    rows = [json.loads(line) for line in (out / "rows.jsonl").read_text().splitlines()]
    assert len(rows) == 2800
    assert set(rows[0]) == {"prompt", "completion"}
    assert "accelerate launch" in (out / "launch.sh").read_text()
    assert main(["--base", "nobody/knows", "--out", str(out)]) == 2
