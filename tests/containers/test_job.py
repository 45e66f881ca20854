"""A job from folder to `done.json`, through real files, with a host that answers."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from containers_kit import JobFolder, build_model, host  # noqa: E402

from fde_containers.digest import adapter_file_digest  # noqa: E402
from fde_containers.execute import EXIT_BAD_JOB, EXIT_DONE, EXIT_HOST_GONE, execute  # noqa: E402
from fde_containers.predictor import UNDECIDED  # noqa: E402

Make = Callable[..., JobFolder]


def run(job: JobFolder, base: Path, order: Any = None) -> list[dict[str, Any]]:
    with host(job, order) as seen:
        assert execute(job.inbox, job.outbox, base) == EXIT_DONE
    return seen


def losses(job: JobFolder) -> list[float]:
    return [event["loss"] for event in job.events("step")]


def test_round_trip(job_folder: Make, base: Path) -> None:
    job = job_folder()
    seen = run(job, base)
    assert [check["step"] for check in seen] == [2, 4, 6]
    assert all(len(check["predictions"]) == 8 for check in seen)
    done = job.out("done.json")
    assert (done["status"], done["failure"], done["steps_run"]) == ("completed", None, 6)
    assert done["artifact_digest"] == adapter_file_digest(job.outbox / "adapter")
    start = job.events("start")[0]
    assert (start["device"], start["threads"], start["precision"]) == ("cpu", 1, "fp32")
    assert (start["rows_given"], start["rows_kept"]) == (48, 48)
    steps = job.events("step")
    assert [event["step"] for event in steps] == [1, 2, 3, 4, 5, 6]
    assert all(event["grad_norm"] > 0 and 0 <= event["token_accuracy"] <= 1 for event in steps)
    assert [event["tokens"] for event in steps] == sorted(event["tokens"] for event in steps)
    # Two warm-up steps, then a straight line to nothing; the rate is the one the step used.
    rates = [event["learning_rate"] / 5e-3 for event in steps]
    assert rates == pytest.approx([0, 0.5, 1, 0.75, 0.5, 0.25])
    progress = job.events("progress")[-1]
    assert (progress["done"], progress["total"]) == (20, 20)
    predictions = job.out("predictions.json")
    assert len(predictions["held_out"]) == 20
    # The last check looked at the final weights, so it saw what the end sees.
    assert predictions["held_out"][:8] == seen[-1]["predictions"]


def test_halt_stops_after_this_step_and_a_snapshot_is_what_a_halt_leaves(
    job_folder: Make, base: Path
) -> None:
    watched = job_folder()
    run(watched, base, lambda check: {"command": "continue", "snapshot": check == 2})
    halted = job_folder()
    run(
        halted,
        base,
        lambda check: {"command": "halt" if check == 2 else "continue", "snapshot": False},
    )
    done = halted.out("done.json")
    assert (done["status"], done["steps_run"]) == ("halted", 4)
    assert [event["step"] for event in halted.events("step")] == [1, 2, 3, 4]
    snapshot = watched.out("snapshot-0002.json")
    assert snapshot["step"] == 4
    assert snapshot["artifact_digest"] == done["artifact_digest"]
    assert snapshot["predictions"] == halted.out("predictions.json")
    assert not (watched.outbox / "snapshot-0001.json").exists()


@pytest.mark.parametrize("in_place", [False, True], ids=["merged-copy", "in-place"])
def test_probing_leaves_no_trace_in_training(
    job_folder: Make, base: Path, monkeypatch: Any, in_place: bool
) -> None:
    silent = job_folder(probe=None)
    run(silent, base)
    if in_place:
        monkeypatch.setattr("fde_containers.frozen._COPY_LIMIT", 0)
    probed = job_folder(probe={"every_steps": 1})
    seen = run(probed, base, lambda check: {"command": "continue", "snapshot": check == 3})
    assert len(seen) == 6
    assert losses(probed) == losses(silent)
    assert probed.out("done.json")["artifact_digest"] == silent.out("done.json")["artifact_digest"]
    assert probed.out("predictions.json") == silent.out("predictions.json")


def test_the_seed_decides_the_artifact(job_folder: Make, base: Path) -> None:
    digests = []
    for seed in (3, 3, 4):
        job = job_folder(probe=None, config={"seed": seed, "max_steps": 3})
        run(job, base)
        digests.append(job.out("done.json")["artifact_digest"])
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_loss_on_all_trains_on_the_prompt_too(job_folder: Make, base: Path) -> None:
    config = {"max_steps": 1, "learning_rate": 1e-9}
    narrow, wide = (
        job_folder(probe=None, config={**config, "loss_on": where})
        for where in ("completion", "all")
    )
    run(narrow, base)
    run(wide, base)
    assert narrow.events("step")[0]["tokens"] == wide.events("step")[0]["tokens"]
    assert losses(narrow) != losses(wide)


def cut(job: JobFolder, long_rows: int) -> None:
    """Give the job 12 rows of which some are cut off before their label begins."""
    rows = [{"prompt": "message: my fee\nintent:", "completion": " loan fee"}] * (12 - long_rows)
    rows += [{"prompt": "why " * 60, "completion": " loan fee"}] * long_rows
    job.write_lines("train.jsonl", rows)


def test_rows_cut_off_before_their_label_are_counted(job_folder: Make, base: Path) -> None:
    job = job_folder(probe=None, config={"max_length": 40, "max_steps": 1})
    cut(job, long_rows=5)
    run(job, base)
    start = job.events("start")[0]
    assert (start["rows_given"], start["rows_kept"]) == (12, 7)


@pytest.mark.parametrize("rows", [12, 0], ids=["all-cut-off", "none-given"])
def test_no_row_left_is_told_in_plain_words(job_folder: Make, base: Path, rows: int) -> None:
    job = job_folder(config={"max_length": 40})
    cut(job, long_rows=12)
    if not rows:
        job.write_lines("train.jsonl", [])
    run(job, base)
    done = job.out("done.json")
    assert (done["status"], done["steps_run"], done["artifact_digest"]) == ("failed", 0, None)
    assert "No training row keeps a token" in done["failure"]
    assert job.events("start")[0]["rows_kept"] == 0


def test_a_loss_that_is_not_a_number_ends_the_run_as_data(
    job_folder: Make, tmp_path: Path, tokenizer: Any
) -> None:
    model = build_model("qwen3")
    with torch.no_grad():
        model.model.norm.weight.fill_(math.inf)
    model.save_pretrained(tmp_path / "broken")
    tokenizer.save_pretrained(tmp_path / "broken")
    job = job_folder()
    run(job, tmp_path / "broken")
    done = job.out("done.json")
    assert (done["status"], done["steps_run"]) == ("failed", 1)
    assert "not a finite number at step 1" in done["failure"]
    assert losses(job) == [None]
    assert job.out("predictions.json")["held_out"] == [UNDECIDED] * 20


def test_an_adapter_on_lm_head_is_refused_in_plain_words(job_folder: Make, base: Path) -> None:
    job = job_folder(config={"lora_targets": ["q_proj", "lm_head"]})
    run(job, base)
    assert "lm_head" in job.out("done.json")["failure"]


def test_predict_answers_every_split_with_the_base(job_folder: Make, base: Path) -> None:
    job = job_folder(kind="predict", splits={"held_out": "held_out.jsonl", "pool": "pool.jsonl"})
    job.write_lines("pool.jsonl", [{"prompt": text} for text in job.prompts[:5]])
    run(job, base)
    predictions = job.out("predictions.json")
    assert predictions["pool"] == predictions["held_out"][:5]
    assert job.out("done.json")["status"] == "completed"
    assert not (job.outbox / "adapter").exists()


def test_a_host_that_does_not_answer_ends_the_job(job_folder: Make, base: Path) -> None:
    job = job_folder(wait_seconds=0.2)
    assert execute(job.inbox, job.outbox, base) == EXIT_HOST_GONE
    assert not (job.outbox / "done.json").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "tune"}, "job.json.kind: expected one of train, predict"),
        ({"labels": []}, "job.json.labels"),
        ({"final_splits": ["test"]}, "'test' is not among the splits"),
        ({"config": {"batch_size": 0}}, "job.json.config.batch_size"),
        ({"config": {"seed": True}}, "job.json.config.seed"),
        ({"train_rows": "../../secret.jsonl"}, "leads out of the input folder"),
        ({"train_rows": "missing.jsonl"}, "missing.jsonl: no such file"),
        ({"threads": "two"}, "job.json.threads"),
    ],
)
def test_a_bad_job_names_the_field(
    job_folder: Make, base: Path, capsys: Any, change: dict[str, Any], words: str
) -> None:
    job = job_folder(**change)
    assert execute(job.inbox, job.outbox, base) == EXIT_BAD_JOB
    assert words in capsys.readouterr().err
    assert not (job.outbox / "done.json").exists()


def test_the_command_line_gives_the_same_artifact(job_folder: Make, base: Path) -> None:
    here = job_folder(config={"max_steps": 2})
    run(here, base)
    there = job_folder(config={"max_steps": 2})
    package = Path(sys.modules["fde_containers"].__path__[0]).parent
    command = [
        sys.executable,
        "-m",
        "fde_containers.main",
        "--input",
        str(there.inbox),
        "--output",
        str(there.outbox),
        "--base",
        str(base),
    ]
    with host(there):
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(package)})
    assert there.out("done.json")["artifact_digest"] == here.out("done.json")["artifact_digest"]
    assert there.out("predictions.json") == here.out("predictions.json")
