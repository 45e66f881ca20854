"""A warm worker: imports torch and TRL once, then takes one job folder after another.

    python -m fde_containers.worker --threads 1

It reads one JSON line a job from standard input, `{"input": ..., "output": ..., "base": ...}`,
and answers each with one line, `{"output": ..., "exit_status": ...}`; the statuses are those
of `fde_containers.main`. The first line out, `{"ready": true}`, says that imports are done.

Each job runs in a child forked from a parent that has only imported: no tensor was computed
in it, so no thread pool exists that a fork could break, no random state has moved, and no
job finds anything of the one before. So a job gives the same bits as in a fresh process.
The parent never touches a GPU either, so a child may.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import IO, Any

from fde_containers.execute import EXIT_BAD_JOB, EXIT_CRASH, execute, settle_process

_PAUSE = 0.005
_WARM = (
    "torch._dynamo",
    "fde_containers.train",
    "fde_containers.predict",
    "trl.trainer.sft_trainer",
    "transformers.models.qwen3.modeling_qwen3",
    "transformers.models.gemma2.modeling_gemma2",
    "transformers.models.llama.modeling_llama",
)


def main(arguments: list[str] | None = None) -> int:
    """Serve jobs until standard input ends; returns the exit status."""
    parser = argparse.ArgumentParser(prog="fde_containers.worker", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of each job")
    settle_process(parser.parse_args(arguments).threads)
    # What libraries print must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warm_up()
    serve(sys.stdin, answers)
    return 0


def warm_up() -> None:
    """Import everything that a training job needs, and compute nothing."""
    import importlib

    for name in _WARM:
        importlib.import_module(name)


def serve(requests: IO[str], answers: IO[str]) -> None:
    """Answer each line of `requests` with a line, one job at a time."""
    _say(answers, {"ready": True})
    for line in requests:
        if line.strip():
            _say(answers, _serve_one(line))


def _serve_one(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
        inbox, outbox, base = (Path(request[name]) for name in ("input", "output", "base"))
    except (ValueError, KeyError, TypeError) as error:
        return {"output": None, "exit_status": EXIT_BAD_JOB, "error": f"bad request: {error!r}"}
    return {"output": str(outbox), "exit_status": run_forked(inbox, outbox, base)}


def run_forked(inbox: Path, outbox: Path, base: Path) -> int:
    """Run one job in a forked child; returns its exit status, or minus the signal's number."""
    parent = os.getppid()
    child = os.fork()
    if child == 0:
        status = EXIT_CRASH
        try:
            status = execute(inbox, outbox, base)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            # Not sys.exit: the parent's clean-up is not this process's to run.
            os._exit(status)
    return _wait(child, parent)


def _wait(child: int, parent: int) -> int:
    """Wait for the child; end it when the process that started this worker has gone."""
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if os.getppid() != parent:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            sys.exit(EXIT_CRASH)
        time.sleep(_PAUSE)


def _say(answers: IO[str], data: dict[str, Any]) -> None:
    answers.write(json.dumps(data) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
