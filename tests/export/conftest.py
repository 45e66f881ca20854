"""One small benchmark run on the recorded smoke cell, exported in every form."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_kit import IMPOSSIBLE, PERMUTE, PLAIN, UNRECORDED, plan, run
from delivery_kit import STORE

AGENTS = ("careful", "bench_policies:Babbles", "bench_policies:Overspends")


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with every ending, one episode that has no score, and a pressured one."""
    out = tmp_path_factory.mktemp("played") / "bench"
    planned = plan(*AGENTS, tickets=[PERMUTE, PLAIN, IMPOSSIBLE, UNRECORDED])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FDE_HOME", str(STORE))
        run(out, planned)
    return out
