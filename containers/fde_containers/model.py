"""Loading a base, choosing the device and the number format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from fde_containers.job import Device, Precision

_DTYPES: dict[str, torch.dtype] = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


@dataclass(frozen=True)
class Machine:
    """Where and in what number format a job really runs."""

    device: str
    precision: Precision

    @property
    def dtype(self) -> torch.dtype:
        """Number format of the base's weights."""
        return _DTYPES[self.precision]


def choose_machine(device: Device, precision: Precision) -> Machine:
    """The device to use and the precision it runs in: fp32 wherever there is no GPU.

    Raises:
        RuntimeError: a GPU was asked for by name and there is none.
    """
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise RuntimeError("job.json asks for device 'cuda', but no GPU is visible in the sandbox")
    if device == "cpu" or not there:
        return Machine("cpu", "fp32")
    return Machine("cuda", precision)


def load_base(folder: Path, machine: Machine) -> tuple[Any, Any]:
    """The causal language model and the tokenizer in `folder`, model in eval mode."""
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    config = AutoConfig.from_pretrained(folder)
    # SDPA kernels cannot cap attention scores, and leave the cap out without a word (Gemma 2).
    # Elsewhere the library's own choice is right: SDPA, or eager where a class has no other.
    capped = getattr(config.get_text_config(), "attn_logit_softcapping", None) is not None
    model: Any = AutoModelForCausalLM.from_pretrained(
        folder,
        config=config,
        dtype=machine.dtype,
        attn_implementation="eager" if capped else None,
    )
    model = model.to(machine.device).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer
