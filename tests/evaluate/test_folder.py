"""Files of a run: torn ones are played again, another plan is refused, only one run at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench_kit import files, plan, run

from fde_env.errors import StoreCorrupt, UsageError
from fde_env.evaluate.folder import RunFolder, append
from fde_env.evaluate.run import read_summary
from fde_env.evaluate.trajectory import read_row, read_trajectory


@pytest.mark.parametrize("tear", ["cut", "emptied", "flipped", "no end"])
def test_a_torn_file_is_played_again_to_the_same_bytes(tmp_path: Path, tear: str) -> None:
    planned = plan("configurator")
    run(tmp_path, planned)
    whole, summary = files(tmp_path), (tmp_path / "summary.json").read_bytes()
    victim = tmp_path / "episodes" / next(iter(whole))
    content = victim.read_bytes()
    if tear == "cut":
        victim.write_bytes(content[: len(content) // 2])
    elif tear == "emptied":
        victim.write_bytes(b"")
    elif tear == "flipped":
        victim.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    else:
        import gzip

        lines = gzip.decompress(content).splitlines()[:-1]
        victim.write_bytes(gzip.compress(b"\n".join(lines), mtime=0))
    with pytest.raises(StoreCorrupt, match="delete it"):
        read_row(victim)
    (tmp_path / "episodes" / ".draft.jsonl.gz").write_bytes(b"half")
    run(tmp_path, planned)
    assert files(tmp_path) == whole
    assert (tmp_path / "summary.json").read_bytes() == summary


def test_a_missing_branch_makes_its_unit_unfinished(tmp_path: Path) -> None:
    planned = plan("configurator", pressure=["none", "deadline"], pairing="fork")
    run(tmp_path, planned)
    whole = files(tmp_path)
    branch = planned.units()[0].episodes[1]
    (tmp_path / "episodes" / f"{branch.episode_id}.jsonl.gz").unlink()
    run(tmp_path, planned)
    assert files(tmp_path) == whole


def test_another_plan_in_the_folder_is_refused(tmp_path: Path) -> None:
    run(tmp_path, plan("null"))
    with pytest.raises(UsageError, match="another --out"):
        run(tmp_path, plan("null", trials=2))


def test_other_libraries_do_not_make_it_another_plan(tmp_path: Path) -> None:
    planned = plan("null")
    run(tmp_path, planned)
    versions = planned.versions.model_copy(update={"libraries": (("numpy", "0.1"),)})
    run(tmp_path, planned.model_copy(update={"versions": versions}))


def test_a_folder_holds_one_run_at_a_time(tmp_path: Path) -> None:
    with RunFolder(tmp_path).held(), pytest.raises(UsageError, match="another benchmark run"):
        run(tmp_path, plan("null"))


def test_spending_is_summed_over_all_whole_lines(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.spent() == 0.0
    for dollars in (0.25, 0.5):
        append(tmp_path / "spending.jsonl", {"unit": "u", "dollars": dollars})
    with (tmp_path / "spending.jsonl").open("a") as file:
        file.write('{"unit": "u", "dol')
    assert folder.spent() == 0.75


def test_a_trajectory_holds_every_message_submission_fact_and_verdict(tmp_path: Path) -> None:
    planned = plan("careful", tickets=[dict(planned_ticket)])
    summary = run(tmp_path, planned)
    kept = read_trajectory(tmp_path / "episodes" / f"{summary.rows[0].episode_id}.jsonl.gz")
    assert [step["number"] for step in kept.steps] == list(range(1, len(kept.steps) + 1))
    assert "Ticket T-" in kept.header["observation"]["message"]
    assert kept.steps[-1]["action"]["tool"] == "submit_card"
    assert next(line["stage"] for line in kept.records) == "intake"
    assert all(line["verdict"]["passed"] for line in kept.records)
    assert kept.records[-1]["facts"]["run"]["learned"] is True
    assert kept.truth is not None
    assert kept.end["outcome"] == "delivered"
    assert kept.row == summary.rows[0]
    assert kept.header["versions"]["environment"] == "FDE-v0"
    text = json.dumps(kept.header) + json.dumps(kept.steps)
    assert str(tmp_path) not in text


def test_a_summary_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    summary = run(tmp_path, plan("configurator", trials=2))
    assert read_summary(tmp_path) == summary
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(StoreCorrupt, match="no summary"):
        read_summary(tmp_path)


planned_ticket = {"trap": "permute", "seed": 1, "data_seed": 1, "size": "smoke"}
