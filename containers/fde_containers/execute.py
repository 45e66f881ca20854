"""One job from its folder to its `done.json`; used by the cold start and the warm worker."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from fde_containers.events import EventLog
from fde_containers.exchange import Exchange, HostGoneError
from fde_containers.job import Job, JobError, load_job
from fde_containers.outcome import Outcome, write_outcome

EXIT_DONE = 0
EXIT_CRASH = 1
EXIT_BAD_JOB = 2
EXIT_HOST_GONE = 3


def settle_process(threads: int) -> None:
    """Set what the numeric libraries read when they are first imported.

    OpenMP threads that spin while they wait take the cores from everybody else, and a
    sandbox has no network, so nothing may try to reach the hub.
    """
    os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"):
        os.environ.setdefault(name, "1")


def execute(inbox: Path, outbox: Path, base: Path) -> int:
    """Run the job in `inbox`; returns the exit status of the process.

    Returns:
        EXIT_DONE when `done.json` was written, whatever became of the training;
        EXIT_BAD_JOB, EXIT_HOST_GONE or EXIT_CRASH, each with words on stderr, when not.
    """
    try:
        job = load_job(inbox)
        settle_process(job.threads)
        with EventLog(outbox / "log.jsonl") as log:
            outcome = _dispatch(job, (inbox, outbox, base), log)
            log.write("end", status=outcome.status, steps_run=outcome.steps_run)
        write_outcome(outcome, outbox)
    except JobError as error:
        sys.stderr.write(f"bad job: {error}\n")
        return EXIT_BAD_JOB
    except HostGoneError as error:
        sys.stderr.write(f"host gone: {error}\n")
        return EXIT_HOST_GONE
    except Exception:  # noqa: BLE001  the exit status carries it to the host
        traceback.print_exc()
        return EXIT_CRASH
    return EXIT_DONE


def _dispatch(job: Job, places: tuple[Path, Path, Path], log: EventLog) -> Outcome:
    inbox, outbox, base = places
    # Only now: OpenMP reads its settings once, when torch is imported.
    import torch

    torch.set_num_threads(job.threads)
    if job.kind == "predict":
        from fde_containers.predict import predict

        return predict(job, base, log)
    from fde_containers.train import train

    return train(job, outbox, base, Exchange(inbox, outbox, job.wait_seconds), log)
