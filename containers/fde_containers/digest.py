"""A digest of an adapter that depends on its tensors alone, not on how a file lays them out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file


def tensors_digest(tensors: Mapping[str, torch.Tensor]) -> str:
    """SHA-256, in hex, over name, number format, shape and bytes of each tensor by name."""
    total = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().to("cpu").contiguous()
        kind = str(tensor.dtype).removeprefix("torch.")
        shape = "x".join(str(size) for size in tensor.shape)
        total.update(f"{name}\n{kind}\n{shape}\n".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def adapter_file_digest(folder: Path) -> str:
    """Digest of a saved adapter (`adapter_model.safetensors` in `folder`)."""
    return tensors_digest(load_file(folder / "adapter_model.safetensors"))
