"""The input folder of a sandboxed job: what the job may know, written as files.

Nothing here tells what a ticket hides: no label of the held-out split or of the probe
pool, no trap, no ticket.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fde_env.compile import Handling
from fde_env.contract.run_spec import RunSpec
from fde_env.runs.eval_sets import FINAL_SPLITS, EvalSets
from fde_env.tickets.prompts import completion, render


def write_json(folder: Path, name: str, value: Any) -> None:
    """Write a file into a folder that a running job reads: it appears whole or not at all."""
    hidden = folder / f".{name}.new"
    hidden.write_text(json.dumps(value), encoding="utf-8")
    hidden.chmod(0o644)
    hidden.replace(folder / name)


def _write_lines(folder: Path, name: str, rows: Sequence[Mapping[str, str]]) -> str:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    path.chmod(0o644)
    return name


def _splits(folder: Path, sets: EvalSets, names: Sequence[str]) -> dict[str, str]:
    return {
        name: _write_lines(folder, f"{name}.jsonl", [{"prompt": p} for p in sets.prompts[name]])
        for name in names
    }


def write_predict_job(folder: Path, sets: EvalSets, threads: int) -> None:
    """A job that lets the untuned base answer every evaluation row and the probe pool."""
    job = {
        "kind": "predict",
        "labels": list(sets.completions),
        "splits": _splits(folder, sets, [*FINAL_SPLITS, "pool"]),
        "threads": threads,
        "device": "auto",
    }
    write_json(folder, "job.json", job)


def training_rows(spec: RunSpec, handling: Handling) -> list[dict[str, str]]:
    """Prompt and completion of every training row, in canonical order."""
    return [
        {
            "prompt": render(row.text, row.thread, spec.context, spec.prompt_format),
            "completion": completion(row.label),
        }
        for row in handling.train
    ]


def write_train_job(
    folder: Path, spec: RunSpec, handling: Handling, sets: EvalSets, threads: int
) -> None:
    """A job that trains on the handling's rows, in canonical order, with the probe on."""
    config = spec.config.model_dump(mode="json")
    config |= {"loss_on": spec.loss_on, "warmup_steps": spec.warmup_steps}
    job = {
        "kind": "train",
        "labels": list(sets.completions),
        "splits": _splits(folder, sets, FINAL_SPLITS),
        "train_rows": _write_lines(folder, "rows.jsonl", training_rows(spec, handling)),
        "final_splits": list(FINAL_SPLITS),
        "config": config,
        "probe": {"every_steps": spec.probe.every_steps},
        "threads": threads,
        "device": "auto",
    }
    write_json(folder, "job.json", job)
