"""From a benchmark's folder to what the page holds: a head that is read at once, and blocks.

There is a block for each ticket's episodes (they share most of their text) and one for each run,
so that a thousand episodes open at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fde_env.contract.stage import STAGES
from fde_env.contract.submissions.plan import Acceptance
from fde_env.evaluate.folder import RunFolder
from fde_env.evaluate.row import EpisodeRow
from fde_env.evaluate.run import read_summary
from fde_env.evaluate.summary import Summary
from fde_env.evaluate.trajectory import Trajectory, read_trajectory
from fde_env.report.blocks import Texts, pack
from fde_env.report.episodes import KEY_DIGITS, replay
from fde_env.report.signals import run_signals
from fde_env.runs.store import Store

# stage -> agent -> reasons of failed verdicts with how often each was given.
Reasons = dict[str, dict[str, Counter[str]]]


@dataclass
class ReportData:
    """What a page, a Markdown file or a picture is made from.

    Attributes:
        summary: the benchmark run in figures.
        study: results of `fde confirm`, or None.
        reasons: why the oracle failed whom, and how often.
        blocks: name to packed JSON.
        runs: run key to its curves, as far as the store has them.
    """

    summary: Summary
    study: dict[str, Any] | None
    reasons: Reasons = field(default_factory=lambda: {stage: {} for stage in STAGES})
    blocks: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_report(folder: Path, store: Store, study: dict[str, Any] | None) -> ReportData:
    """Everything of the benchmark run in `folder`.

    Raises:
        StoreCorrupt: there is no summary, or a trajectory is torn.
    """
    report = ReportData(summary=read_summary(folder), study=study)
    accepted: dict[str, Acceptance] = {}
    home = RunFolder(folder)
    of_ticket: dict[str, list[EpisodeRow]] = {}
    for row in report.summary.rows:
        of_ticket.setdefault(row.ticket, []).append(row)
    for number, rows in enumerate(of_ticket.values()):
        texts, replays = Texts(), {}
        for row in rows:
            trajectory = read_trajectory(home.path(row.episode_id))
            replays[row.episode_id] = replay(trajectory, texts)
            _count(report.reasons, row.agent, trajectory)
            if row.run_key is not None and trajectory.truth is not None:
                policy = trajectory.truth["policy"]["acceptance"]
                accepted.setdefault(row.run_key, Acceptance.model_validate(policy))
        report.blocks[f"ticket-{number}"] = pack({"texts": texts.all(), "episodes": replays})
    _add_runs(report, store, accepted)
    return report


def _add_runs(report: ReportData, store: Store, accepted: dict[str, Acceptance]) -> None:
    study = report.study or {"runs": [], "preregistered": []}
    for run in study["runs"]:
        policy = study["preregistered"][0]["acceptance"]
        accepted.setdefault(run["run_key"], Acceptance.model_validate(policy))
    for key, acceptance in accepted.items():
        evidence = store.evidence(key)
        if evidence is not None:
            report.runs[key] = run_signals(evidence, acceptance)
            report.blocks[f"run-{key[:KEY_DIGITS]}"] = pack(report.runs[key])


def _count(reasons: Reasons, agent: str, trajectory: Trajectory) -> None:
    for record in trajectory.records:
        verdict = record["verdict"]
        if not verdict["passed"]:
            reasons[verdict["stage"]].setdefault(agent, Counter())[str(verdict["reason"])] += 1
