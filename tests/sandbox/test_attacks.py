"""One attack per test, from inside each isolated backend, over a real sandbox."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from fde_env.errors import InfrastructureError, SandboxFailed
from fde_env.sandbox.base import Limits
from fde_env.sandbox.folders import read_output, read_output_in


def test_network_is_unreachable(jobs: Any) -> None:
    _, seen = jobs.run("--attack", "network")
    assert seen["network"] == {"tcp": "ENETUNREACH", "udp": "ENETUNREACH", "interfaces": ["lo"]}


def test_host_files_are_not_there(jobs: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("held-out labels")
    paths = ("/etc/shadow", str(secret), str(Path(__file__)))
    _, seen = jobs.run("--attack", "files", *(w for path in paths for w in ("--paths", path)))
    assert seen["files"] == dict.fromkeys(paths, "ENOENT")


def test_nothing_but_the_output_folder_can_be_written(jobs: Any, tmp_path: Path) -> None:
    _, seen = jobs.run("--attack", "writes", "--paths", "/code/fde_containers", "--paths", "/dev")
    assert seen["writes"].pop("/out") == "written"
    assert set(seen["writes"].values()) <= {"EROFS", "ENOENT", "EACCES"}
    assert seen["writes"]["/in"] == seen["writes"]["/code/fde_containers"] == "EROFS"


def test_the_interpreter_cannot_be_changed(jobs: Any) -> None:
    _, seen = jobs.run("--attack", "writes", "--paths", sys.prefix, "--paths", sys.base_prefix)
    assert seen["writes"][sys.prefix] == seen["writes"][sys.base_prefix] == "EROFS"


def test_a_fork_bomb_stops_at_the_limit(jobs: Any) -> None:
    limits = Limits(memory_mib=256, cpus=1.0, pids=20, wall_seconds=60.0)
    ended, seen = jobs.run("--attack", "forks", "--forks", "500", limits=limits)
    assert ended.code == 0
    assert seen["forks"]["refused"] == "EAGAIN"
    assert 5 < seen["forks"]["made"] < 20


def test_memory_over_the_limit_is_reported_as_such(jobs: Any) -> None:
    ended, seen = jobs.run("--attack", "memory", "--mib", "600")
    assert (ended.oom, ended.timed_out, seen) == (True, False, {})
    assert ended.code != 0


def test_memory_under_the_limit_is_left_alone(jobs: Any) -> None:
    ended, seen = jobs.run("--attack", "memory", "--mib", "96")
    assert (ended.code, ended.oom) == (0, False)
    assert seen["memory"] == {"touched_mib": 96}


def test_a_plain_failure_is_not_called_out_of_memory(jobs: Any) -> None:
    ended, _ = jobs.run("--attack", "raise")
    assert (ended.code, ended.oom, ended.signal) == (1, False, None)
    assert "asked to fail" in ended.stderr_tail


def test_host_secrets_are_not_in_the_environment(
    jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    ended, seen = jobs.run("--attack", "environment")
    assert ended.code == 0
    assert "sk-planted" not in str(seen)
    assert "OPENAI_API_KEY" not in seen["environment"]["own"]
    assert seen["environment"]["own"]["HF_HUB_OFFLINE"] == "1"


def test_threads_follow_the_cpu_limit(jobs: Any) -> None:
    limits = Limits(memory_mib=256, cpus=2.5, pids=32, wall_seconds=60.0)
    _, seen = jobs.run("--attack", "environment", limits=limits)
    own = seen["environment"]["own"]
    assert (own["OMP_NUM_THREADS"], own["OMP_WAIT_POLICY"]) == ("2", "PASSIVE")


def test_no_capability_no_new_privileges_no_root(jobs: Any) -> None:
    _, seen = jobs.run("--attack", "identity")
    identity = seen["identity"]
    assert int(identity["CapEff"], 16) == 0
    assert identity["NoNewPrivs"] == "1"
    assert identity["uid"] != 0


def test_kernel_doors_are_filtered(jobs: Any) -> None:
    _, seen = jobs.run("--attack", "identity")
    assert seen["identity"]["Seccomp"] == "2"
    assert seen["identity"]["keyctl"] == "EPERM"
    assert seen["identity"]["unshare"] != "made"


def test_host_processes_are_not_visible(jobs: Any) -> None:
    _, seen = jobs.run("--attack", "identity")
    assert seen["identity"]["pids_seen"] <= 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only a root host can hand the output away")
def test_the_job_is_not_root_on_the_host_either(jobs: Any) -> None:
    job = jobs.start("--attack", "sleep")
    job.wait_until_inside()
    assert (job.folder / "out" / "sleeping").stat().st_uid == 10001


def test_graders_and_tickets_cannot_be_imported(jobs: Any) -> None:
    names = ("fde_env", "fde_oracle", "fde_agents")
    _, seen = jobs.run("--attack", "imports", *(w for name in names for w in ("--names", name)))
    assert seen["imports"] == dict.fromkeys(names, "ModuleNotFoundError")


def test_host_packages_inside_the_environment_are_covered(
    jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `typer` stands for a wheel of fde_env: installed in the very site-packages that is mounted.
    ask = ("--attack", "imports", "--names", "typer")
    assert jobs.run(*ask)[1]["imports"]["typer"].startswith("imported from")
    monkeypatch.setattr("fde_env.sandbox.layout.HOST_ONLY", ("typer",))
    seen = jobs.run(*ask)[1]["imports"]["typer"]
    assert not seen.startswith("imported from /"), seen


def test_links_and_pipes_left_in_the_output_are_refused(jobs: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    job = jobs.start("--attack", "plant", "--paths", str(secret))
    assert job.process.wait(20) == 0
    out = job.folder / "out"
    assert (out / "link.json").is_symlink()
    for name in ("link.json", "pipe.json"):
        with pytest.raises(SandboxFailed, match=name):
            read_output(out / name, 1000)
    with pytest.raises(SandboxFailed, match="folder"):
        read_output_in(out, "folder/secret.json", 1000)
    assert issubclass(SandboxFailed, InfrastructureError)


def test_the_host_talks_to_a_running_job_through_the_input_folder(jobs: Any) -> None:
    job = jobs.start("--attack", "echo", "--seconds", "20")
    part = job.folder / "in" / "ping.part"
    part.write_text("go on")
    part.rename(job.folder / "in" / "ping")
    assert job.process.wait(25) == 0
    assert b"go on" in read_output(job.folder / "out" / "selfcheck.json", 1000)


def test_limits_in_force_are_told(jobs: Any) -> None:
    job = jobs.start("--attack", "echo", "--seconds", "0")
    told = dict(job.process.limits_in_force())
    assert told["memory"].startswith("256 MiB")
    assert told["pids"].startswith("32")
    assert {"cpu", "wall", "user", "network", "capabilities", "seccomp"} <= set(told)
