"""A still picture of a model in training, to predict with, that leaves no trace in training.

Two ways, one promise. A small base keeps a second copy, into which the adapter is merged
before each look: the model in training is only read. For a large base a copy would not fit,
so the model itself is put in eval mode, and its mode and all random states are put back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import torch

_COPY_LIMIT = 50_000_000

View = Callable[[Any], AbstractContextManager[Any]]
"""Takes the peft model in training; its context yields a model in eval mode."""


def choose_view(base: Any, twin: Callable[[], Any]) -> View:
    """A merged copy for bases of up to 50 M parameters, else the model itself.

    Args:
        base: the base model, before an adapter is put on.
        twin: makes an independent copy of the base, in eval mode.
    """
    size = sum(parameter.numel() for parameter in base.parameters())
    quantised = getattr(base, "is_quantized", False)
    return MergedCopy(twin()) if size <= _COPY_LIMIT and not quantised else in_place


class MergedCopy:
    """A copy of the base whose weights become base plus adapter at each look."""

    def __init__(self, copy: Any) -> None:
        self._copy = copy.eval().requires_grad_(False)

    @contextmanager
    def __call__(self, model: Any) -> Iterator[Any]:
        """Merge the adapter of `model` and yield the copy."""
        from peft.tuners.lora import LoraLayer

        with torch.no_grad():
            for name, layer in model.get_base_model().named_modules():
                if isinstance(layer, LoraLayer):
                    self._copy.get_submodule(name).weight.copy_(_merged(layer))
        yield self._copy


def _merged(layer: Any) -> torch.Tensor:
    weight: torch.Tensor = layer.get_base_layer().weight
    for adapter in layer.active_adapters:
        weight = weight + layer.get_delta_weight(adapter)
    return weight


@contextmanager
def in_place(model: Any) -> Iterator[Any]:
    """The model itself in eval mode; training mode and random states are put back after."""
    modes = {name: module.training for name, module in model.named_modules()}
    cpu = torch.get_rng_state()
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    model.eval()
    try:
        # A plain model, trained whole, has no base below an adapter.
        yield model.get_base_model() if hasattr(model, "get_base_model") else model
    finally:
        for name, module in model.named_modules():
            module.training = modes[name]
        torch.set_rng_state(cpu)
        if gpus:
            torch.cuda.set_rng_state_all(gpus)
