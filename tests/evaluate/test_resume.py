"""A real `fde bench` process, killed twice in the middle, ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bench_kit import PERMUTE, PLAIN, files, plan, run
from delivery_kit import STORE

KIT = Path(__file__).parents[1] / "kit"
REQUEST = """
agents = ["bench_policies:Slow", "careful"]
pressure = ["none", "deadline"]
inject = [false, true]
trials = 3
options = { execution = "replay" }
[[tickets]]
trap = "permute"
seed = 1
data_seed = 1
size = "smoke"
[[tickets]]
trap = "none"
seed = 2
data_seed = 1
size = "smoke"
"""


def start(file: Path, out: Path, *how: str) -> subprocess.Popen[bytes]:
    program = "import sys; from fde_env.cli import app; app(sys.argv[1:])"
    command = [sys.executable, "-c", program, "bench", str(file), "--out", str(out)]
    return subprocess.Popen(
        [*command, *how],
        cwd=KIT,
        env={**os.environ, "FDE_HOME": str(STORE), "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def kill_after(process: subprocess.Popen[bytes], out: Path, episodes: int) -> dict[str, int]:
    """SIGKILL once so many episodes are there; returns each whole file's inode."""
    folder = out / "episodes"
    began = time.monotonic()
    while len([*folder.glob("[!.]*")] if folder.exists() else []) < episodes:
        assert process.poll() is None, process.stdout.read().decode() if process.stdout else ""
        assert time.monotonic() - began < 400
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return {path.name: path.stat().st_ino for path in folder.glob("[!.]*")}


def test_two_kills_lose_nothing_repeat_nothing_and_move_no_byte(tmp_path: Path) -> None:
    file, out = tmp_path / "request.toml", tmp_path / "killed"
    file.write_text(REQUEST)
    first = kill_after(start(file, out, "--workers", "2"), out, 5)
    serial = ("--executor", "serial")
    second = kill_after(start(file, out, *serial), out, len(first) + 9)
    assert 5 <= len(first) < len(second) < 48
    last = start(file, out, *serial)
    said, _ = last.communicate(timeout=300)
    assert last.returncode == 0, said.decode()
    kept = {path.name: path.stat().st_ino for path in (out / "episodes").iterdir()}
    # Same inodes: what was whole before a kill was not played again.
    assert first.items() <= second.items() <= kept.items()
    assert len(kept) == 48

    whole = plan(
        "bench_policies:Slow",
        "careful",
        tickets=[PERMUTE, PLAIN],
        pressure=["none", "deadline"],
        inject=[False, True],
        trials=3,
    )
    run(tmp_path / "whole", whole)
    assert files(out) == files(tmp_path / "whole")
    summary = (out / "summary.json").read_bytes()
    assert summary == (tmp_path / "whole" / "summary.json").read_bytes()
