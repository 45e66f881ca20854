"""What the untuned base answers on a cell's rows: asked once in a job of its own, then kept."""

from __future__ import annotations

import time
from pathlib import Path

from fde_env.errors import SandboxFailed
from fde_env.runs.bench import POLL_SECONDS, Bench, describe_exit
from fde_env.runs.eval_sets import EvalSets
from fde_env.runs.job_files import write_predict_job
from fde_env.runs.outbox import Outbox
from fde_env.runs.store import BasePredictions, base_key


def predict_base(
    bench: Bench, base_folder: Path, base_digest: str, sets: EvalSets
) -> BasePredictions:
    """The base's predictions, from the store or from a sandboxed job.

    It is a job of its own because it needs the whole probe pool, and a training job must
    never see a future sample.

    Raises:
        SandboxFailed: the job died or broke its protocol.
    """
    stored = bench.store.base_predictions(base_key(base_digest, sets.digest))
    if stored is not None:
        return stored
    folder = bench.new_folder()
    write_predict_job(folder.input, sets, bench.threads)
    process = bench.start(folder, base_folder)
    try:
        outbox = Outbox(folder.output, len(sets.completions))
        while outbox.done() is None:
            if process.poll() is not None and outbox.done() is None:
                raise SandboxFailed(describe_exit(process, "the base's prediction job"))
            time.sleep(POLL_SECONDS)
        found = outbox.message("predictions") or {}
        answers = tuple(
            (name, outbox.labels(found.get(name), len(prompts)))
            for name, prompts in sets.prompts.items()
        )
        process.wait(60.0)
    finally:
        process.stop()
        folder.remove()
    predictions = BasePredictions(
        base_digest=base_digest, splits_digest=sets.digest, predictions=answers
    )
    bench.store.keep_base(predictions)
    return predictions
