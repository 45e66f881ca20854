"""From what a person types to the runs of a study and the place to make them in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast, get_args

from rich.console import Console

from fde_env.bases import BASES, find_base
from fde_env.bench.plan import ARMS, Arm, Planned, Study, plan_study
from fde_env.bench.workers import DEFAULT_LIMITS, Workplace
from fde_env.contract.run_spec import Size
from fde_env.contract.submissions.config import Precision
from fde_env.errors import UsageError
from fde_env.runs.runner import Execution
from fde_env.sandbox.base import Limits

# A base of billions of parameters wants more of a machine than a stand-in.
GPU_LIMITS: Final = Limits(memory_mib=128 << 10, cpus=8.0, pids=1024, wall_seconds=48 * 3600.0)


@dataclass(frozen=True)
class Asked:
    """The flags of `fde confirm` as they were typed."""

    bases: tuple[str, ...] = ()
    data: str | None = None
    columns: tuple[str, str] = ("text", "label")
    seeds: str = "1,2,3"
    arms: str = ",".join(ARMS)
    steps: int | None = None
    size: str = "full"
    precision: str | None = None
    learning_rate: float | None = None
    gpus: int = 0


def plan_asked(asked: Asked, console: Console) -> tuple[Planned, ...]:
    """The runs that were asked for.

    Raises:
        UsageError: a value is not among those that are taken.
    """
    bases = tuple(resolve_base(base, asked.gpus, console) for base in asked.bases)
    study = Study(
        bases=bases or tuple(base.id for base in BASES),
        seeds=_numbers(asked.seeds),
        arms=cast("tuple[Arm, ...]", _words(asked.arms, ARMS)),
        size=_choice("size", asked.size, get_args(Size)),
        steps=asked.steps,
        precision=None
        if asked.precision is None
        else _choice("precision", asked.precision, get_args(Precision)),
        learning_rate=asked.learning_rate,
    )
    if asked.data is None:
        return plan_study(study)
    from fde_env.bench.own_data import plan_own_data, read_examples

    return plan_own_data(study, read_examples(asked.data, *asked.columns))


def place_for(asked: Asked, backend: str, execution: str, *, workers: int, warm: bool) -> Workplace:
    """Where the runs are made."""
    return Workplace(
        execution=cast("Execution", _choice("execution", execution, get_args(Execution))),
        backend=backend,
        gpus=asked.gpus,
        workers=workers,
        warm=warm,
        limits=GPU_LIMITS if asked.gpus else DEFAULT_LIMITS,
    )


def resolve_base(base: str, gpus: int, console: Console) -> str:
    """A base as the study takes it: a shipped id, or a folder that holds the model.

    A hub id that a shipped base stands in for means the stand-in where there is no GPU, and
    the model itself where there is one. Any other hub id is downloaded.

    Raises:
        UsageError: it is none of these, or it cannot be downloaded.
    """
    shipped = find_base(base)
    if Path(base).expanduser().is_dir():
        return str(Path(base).expanduser().resolve())
    if shipped is not None and (base == shipped.id or not gpus):
        if base != shipped.id:
            console.print(f"{base}: no GPU asked for, so {shipped.id} stands in for it")
        return shipped.id
    if base.count("/") != 1:
        known = ", ".join(entry.id for entry in BASES)
        raise UsageError(f"no base {base!r}: give one of {known}, a folder, or a hub id")
    return str(_download(base, console))


def _download(hub_id: str, console: Console) -> Path:
    """A model of the hub in a folder of its own: a sandbox cannot follow a cache's links."""
    from fde_env.runs.store import default_home

    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise UsageError("a hub id needs huggingface_hub: install fde-env[train]") from error
    folder = default_home() / "hub" / hub_id
    console.print(f"fetching {hub_id} into {folder}")
    try:
        snapshot_download(
            hub_id,
            local_dir=folder,
            allow_patterns=["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja"],
        )
    except Exception as error:
        raise UsageError(f"{hub_id} cannot be fetched: {error}") from error
    return folder


def _words(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in words:
        if word not in known:
            raise UsageError(f"unknown arm {word!r}; use {', '.join(known)}")
    return words


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(",") if word.strip())
    except ValueError:
        raise UsageError(f"seeds are whole numbers separated by commas, not {text!r}") from None


def _choice(name: str, value: str, known: tuple[Any, ...]) -> Any:
    if value not in known:
        raise UsageError(f"unknown {name} {value!r}; use {', '.join(map(str, known))}")
    return value
