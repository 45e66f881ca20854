"""The job file: what the host asks for, parsed into frozen data with errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

Kind = Literal["train", "predict"]
Precision = Literal["fp32", "bf16", "fp16"]
Device = Literal["auto", "cpu", "cuda"]
LossOn = Literal["completion", "all"]

T = TypeVar("T")


class JobError(ValueError):
    """The job file, or a file it names, is not what this program takes."""


@dataclass(frozen=True)
class TrainConfig:
    """Hyperparameters of one LoRA run.

    Attributes:
        learning_rate: peak rate, per optimiser step.
        batch_size: rows in a micro-batch.
        accumulation: micro-batches in an optimiser step.
        max_steps: optimiser steps.
        warmup_steps: steps over which the rate rises from 0; after them it falls to 0.
        lora_rank, lora_alpha: the adapter's scale is `lora_alpha / lora_rank`.
        lora_targets: names of the linear layers that get an adapter.
        max_length: row limit, in tokens; what is behind it is cut off.
        precision: asked-for number format; a machine without a GPU runs fp32 and says so.
        seed: of adapter weights and row order.
        loss_on: "completion" trains on the label's tokens only, "all" on the prompt's too.
    """

    learning_rate: float
    batch_size: int
    accumulation: int
    max_steps: int
    warmup_steps: int
    lora_rank: int
    lora_alpha: int
    lora_targets: tuple[str, ...]
    max_length: int
    precision: Precision
    seed: int
    loss_on: LossOn


@dataclass(frozen=True)
class TrainPart:
    """The half of a job that only training needs.

    Attributes:
        rows: JSON lines with `prompt` and `completion`.
        final_splits: splits predicted at the end and at a snapshot.
        probe_every: optimiser steps between clean-probe checks; None for no probe.
    """

    rows: Path
    final_splits: tuple[str, ...]
    config: TrainConfig
    probe_every: int | None


@dataclass(frozen=True)
class Job:
    """One job, with every path made absolute.

    Attributes:
        labels: completions to choose from; a prediction is an index into them.
        splits: name and file of each set of prompts (JSON lines with `prompt`, no labels).
        threads: CPU threads to compute with.
        wait_seconds: how long to wait for the host's answer in one exchange.
        train: None in a job that only predicts with the base.
    """

    kind: Kind
    labels: tuple[str, ...]
    splits: tuple[tuple[str, Path], ...]
    threads: int
    device: Device
    wait_seconds: float
    train: TrainPart | None


class _Reader:
    """Takes typed values out of a JSON object, naming the place in every complaint."""

    def __init__(self, data: object, place: str) -> None:
        if not isinstance(data, dict):
            raise JobError(f"{place}: expected a JSON object, got {data!r:.80}")
        self._data = cast("dict[str, Any]", data)
        self._place = place

    def raw(self, name: str) -> Any:
        if name not in self._data:
            raise JobError(f"{self._place}: the field {name!r} is missing")
        return self._data[name]

    def get(self, name: str, default: Any) -> Any:
        return self._data.get(name, default)

    def sub(self, name: str) -> _Reader:
        return _Reader(self.raw(name), f"{self._place}.{name}")

    def items(self) -> list[tuple[str, Any]]:
        return list(self._data.items())

    def fail(self, name: str, wanted: str) -> JobError:
        return JobError(
            f"{self._place}.{name}: expected {wanted}, got {self._data.get(name)!r:.80}"
        )

    def whole(self, name: str, least: int) -> int:
        value = self.raw(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.fail(name, f"a whole number of at least {least}")
        return value

    def real(self, name: str) -> float:
        value = self.raw(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            raise self.fail(name, "a number above 0")
        return float(value)

    def choice(self, name: str, options: tuple[str, ...], default: str | None = None) -> str:
        value = self.get(name, default) if default is not None else self.raw(name)
        if value not in options:
            raise self.fail(name, f"one of {', '.join(options)}")
        return cast("str", value)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.raw(name)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.fail(name, "a list of non-empty strings")
        return tuple(value)


def load_job(folder: Path) -> Job:
    """Read `job.json` in `folder`.

    Raises:
        JobError: the file is missing or not as described; the message names the field.
    """
    folder = folder.resolve()
    top = _Reader(_load_json(folder / "job.json"), "job.json")
    kind = cast("Kind", top.choice("kind", ("train", "predict")))
    labels = top.texts("labels")
    if not labels:
        raise JobError("job.json.labels: expected at least one label")
    splits = tuple(
        (name, _inside(folder, value, f"job.json.splits.{name}"))
        for name, value in top.sub("splits").items()
    )
    return Job(
        kind=kind,
        labels=labels,
        splits=splits,
        threads=top.whole("threads", 1) if "threads" in dict(top.items()) else 1,
        device=cast("Device", top.choice("device", ("auto", "cpu", "cuda"), "auto")),
        wait_seconds=float(top.get("wait_seconds", 3600.0)),
        train=_train_part(folder, top, dict(splits)) if kind == "train" else None,
    )


def _train_part(folder: Path, top: _Reader, splits: dict[str, Path]) -> TrainPart:
    final = top.texts("final_splits")
    for name in final:
        if name not in splits:
            raise JobError(f"job.json.final_splits: {name!r} is not among the splits")
    probe = top.get("probe", None)
    every = None if probe is None else top.sub("probe").whole("every_steps", 1)
    rows = _inside(folder, top.raw("train_rows"), "job.json.train_rows")
    return TrainPart(rows, final, _train_config(top.sub("config")), every)


def _train_config(config: _Reader) -> TrainConfig:
    return TrainConfig(
        learning_rate=config.real("learning_rate"),
        batch_size=config.whole("batch_size", 1),
        accumulation=config.whole("accumulation", 1),
        max_steps=config.whole("max_steps", 1),
        warmup_steps=config.whole("warmup_steps", 0),
        lora_rank=config.whole("lora_rank", 1),
        lora_alpha=config.whole("lora_alpha", 1),
        lora_targets=config.texts("lora_targets"),
        max_length=config.whole("max_length", 1),
        precision=cast("Precision", config.choice("precision", ("fp32", "bf16", "fp16"))),
        seed=config.whole("seed", 0),
        loss_on=cast("LossOn", config.choice("loss_on", ("completion", "all"))),
    )


def _inside(folder: Path, value: object, place: str) -> Path:
    """A file of the input folder; a name that leads out of it is refused."""
    if not isinstance(value, str) or not value:
        raise JobError(f"{place}: expected a file name, got {value!r:.80}")
    path = (folder / value).resolve()
    if not path.is_relative_to(folder):
        raise JobError(f"{place}: {value!r} leads out of the input folder")
    return path


def _load_json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise JobError(f"{path.name}: no such file in the input folder") from None
    except json.JSONDecodeError as error:
        raise JobError(f"{path.name}: not JSON ({error})") from None


def read_prompts(path: Path) -> list[str]:
    """The `prompt` of every line of a JSON-lines file."""
    return _read_lines(path, lambda row: cast("str", row["prompt"]))


def read_rows(path: Path) -> list[dict[str, str]]:
    """The training rows: `prompt` and `completion` of every line."""
    return _read_lines(path, lambda row: {"prompt": row["prompt"], "completion": row["completion"]})


def _read_lines(path: Path, take: Callable[[Any], T]) -> list[T]:
    rows: list[T] = []
    number = 0
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                number += 1
                if line.strip():
                    rows.append(take(json.loads(line)))
    except FileNotFoundError:
        raise JobError(f"{path.name}: no such file in the input folder") from None
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise JobError(f"{path.name}: line {number} cannot be read ({error!r})") from None
    return rows
