"""A job that only predicts: the base alone, on every split."""

from __future__ import annotations

import time
from pathlib import Path

from fde_containers.events import EventLog
from fde_containers.job import Job, read_prompts
from fde_containers.model import choose_machine, load_base
from fde_containers.outcome import Outcome, versions
from fde_containers.predictor import LabelPredictor


def predict(job: Job, base: Path, log: EventLog) -> Outcome:
    """Predict every split of the job with the base."""
    begun = time.perf_counter()
    # As training would run it: bf16 on a GPU; a machine without one computes in fp32 anyway.
    machine = choose_machine(job.device, "bf16")
    model, tokenizer = load_base(base, machine)
    splits = {name: read_prompts(path) for name, path in job.splits}
    example = next((rows[0] for rows in splits.values() if rows), "")
    predictor = LabelPredictor(tokenizer, job.labels, example)
    log.write(
        "start",
        versions=versions(),
        device=machine.device,
        threads=job.threads,
        precision=machine.precision,
        rows_given=0,
        rows_kept=0,
        start_seconds=time.perf_counter() - begun,
    )
    begun = time.perf_counter()
    total = sum(map(len, splits.values()))
    found: dict[str, list[int]] = {}
    for name, prompts in splits.items():
        before = sum(map(len, found.values()))

        def report(done: int, _: int, before: int = before) -> None:
            log.write("progress", phase="eval", done=before + done, total=total)

        found[name] = predictor.predict(model, prompts, report)
    return Outcome(
        status="completed",
        failure=None,
        predictions=found,
        eval_seconds=time.perf_counter() - begun,
    )
