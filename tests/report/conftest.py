"""One small benchmark run, played once, and its report."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_kit import PERMUTE, plan, run
from delivery_kit import STORE

from fde_env.report.data import ReportData, read_report
from fde_env.runs.store import Store


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FDE_HOME", str(STORE))
        agents = ("report_policies:Hostile", "careful")
        run(out, plan(*agents, tickets=[PERMUTE], pressure=["none", "deadline"]))
    return out


@pytest.fixture(scope="session")
def report(played: Path) -> ReportData:
    return read_report(played, Store(STORE), None)
