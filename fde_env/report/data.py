"""From a benchmark's folder to what the page holds: a head that is read at once, and blocks.

A block is gzipped JSON that the page unpacks when somebody asks for it: one for each ticket's
episodes (they share most of their text) and one for each run. So a thousand episodes open at once.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fde_env.contract.stage import KIND_OF, STAGES
from fde_env.contract.submissions.plan import Acceptance
from fde_env.evaluate.folder import RunFolder
from fde_env.evaluate.metrics.comparison import Comparison
from fde_env.evaluate.run import read_summary
from fde_env.evaluate.summary import Summary
from fde_env.evaluate.trajectory import Trajectory, read_trajectory
from fde_env.report.episodes import COLUMNS, list_line, replay
from fde_env.report.signals import run_signals
from fde_env.runs.store import Store

REASONS: Final = 6
# stage -> agent -> reasons of failed verdicts with how often each was given.
Reasons = dict[str, dict[str, Counter[str]]]


@dataclass
class ReportData:
    """What a page, a Markdown file or a picture is made from.

    Attributes:
        summary: the benchmark run in figures.
        head: JSON that the page reads when it opens.
        blocks: name to gzipped JSON, base64.
        runs: run key to its curves, as far as the store has them.
        study: results of `fde confirm`, or None.
    """

    summary: Summary
    head: dict[str, Any]
    blocks: dict[str, str] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    study: dict[str, Any] | None = None


def read_report(folder: Path, store: Store, study: dict[str, Any] | None) -> ReportData:
    """Everything of the benchmark run in `folder`.

    Raises:
        StoreCorrupt: there is no summary, or a trajectory is torn.
    """
    summary = read_summary(folder)
    report = ReportData(summary=summary, head={}, study=study)
    reasons: Reasons = {stage: {} for stage in STAGES}
    accepted: dict[str, Acceptance] = {}
    home = RunFolder(folder)
    for number, ticket in enumerate(dict.fromkeys(row.ticket for row in summary.rows)):
        replays = {}
        for row in (item for item in summary.rows if item.ticket == ticket):
            trajectory = read_trajectory(home.path(row.episode_id))
            replays[row.episode_id] = replay(trajectory)
            _count(reasons, row.agent, trajectory)
            if row.run_key is not None and trajectory.truth is not None:
                policy = trajectory.truth["policy"]["acceptance"]
                accepted.setdefault(row.run_key, Acceptance.model_validate(policy))
        report.blocks[f"ticket-{number}"] = pack(replays)
    _add_runs(report, store, accepted)
    report.head = _head(report, reasons)
    return report


def pack(value: Any) -> str:
    """JSON, gzipped, as text that no HTML parser can take for markup."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.b64encode(gzip.compress(text, 6, mtime=0)).decode()


def _add_runs(report: ReportData, store: Store, accepted: dict[str, Acceptance]) -> None:
    study = report.study or {"runs": [], "preregistered": []}
    for run in study["runs"]:
        policy = study["preregistered"][0]["acceptance"]
        accepted.setdefault(run["run_key"], Acceptance.model_validate(policy))
    for key, acceptance in accepted.items():
        evidence = store.evidence(key)
        if evidence is not None:
            report.runs[key] = run_signals(evidence, acceptance)
            report.blocks[f"run-{key[:16]}"] = pack(report.runs[key])


def _count(reasons: Reasons, agent: str, trajectory: Trajectory) -> None:
    for record in trajectory.records:
        verdict = record["verdict"]
        if not verdict["passed"]:
            reasons[verdict["stage"]].setdefault(agent, Counter())[str(verdict["reason"])] += 1


def _head(report: ReportData, reasons: Reasons) -> dict[str, Any]:
    summary, study = report.summary, report.study
    tickets = list(dict.fromkeys(row.ticket for row in summary.rows))
    names = ("suite", "agents", "tickets", "trials", "pairing", "planned", "played", "complete")
    return {
        **{name: getattr(summary, name) for name in names},
        "environment": summary.versions.environment,
        "package": summary.versions.package,
        "smoke": any(row.size != "full" for row in summary.rows),
        "leaderboard": summary.leaderboard,
        "stages": [{"name": stage, "kind": KIND_OF[stage]} for stage in STAGES],
        "reasons": {
            stage: {agent: found.most_common(REASONS) for agent, found in of_stage.items()}
            for stage, of_stage in reasons.items()
        },
        "figures": [item.model_dump(mode="json") for item in summary.figures],
        "comparisons": [_comparison(item) for item in summary.comparisons],
        "columns": COLUMNS,
        "episodes": [list_line(row) for row in summary.rows],
        "blocks": {ticket: f"ticket-{number}" for number, ticket in enumerate(tickets)},
        "runs": _run_list(report),
        "study": None if study is None else _study(study),
        "wealth": _wealth(report),
    }


def _comparison(item: Comparison) -> dict[str, Any]:
    return {**item.model_dump(mode="json"), "sentence": item.sentence}


def _run_list(report: ReportData) -> list[dict[str, Any]]:
    """One line a run, those of the study first, named by what is known of them."""
    arms = {run["run_key"]: run for run in (report.study or {"runs": []})["runs"]}
    used = Counter(row.run_key for row in report.summary.rows if row.run_key)
    found = []
    for key, run in report.runs.items():
        arm = arms.get(key)
        name = f"{arm['arm']}, seed {arm['seed']}, " if arm else f"{key[:6]}, {run['domain']}, "
        fate = "silent failure" if run["tbdl"] else "learned" if run["learned"] else "stopped"
        found.append(
            {
                "key": key,
                "block": f"run-{key[:16]}",
                "name": f"{name}{Path(run['base']).name}",
                "study": arm is not None,
                "episodes": used.get(key, 0),
                "tbdl": run["tbdl"],
                "fate": fate,
            }
        )
    return sorted(found, key=lambda item: (not item["study"], item["name"]))


def _study(study: dict[str, Any]) -> dict[str, Any]:
    """The confirmatory table without its curves."""
    curves = {"loss", "checks"}
    return {
        "runs": [
            {name: value for name, value in run.items() if name not in curves}
            for run in study["runs"]
        ],
        "summary": study["summary"],
        "denominators": study["denominators"],
        "acceptance": study["preregistered"][0]["acceptance"],
    }


def _wealth(report: ReportData) -> list[dict[str, Any]]:
    """Both detectors over all runs, up to the alarm."""
    arms = {run["run_key"]: run["arm"] for run in (report.study or {"runs": []})["runs"]}
    found = []
    for key, run in report.runs.items():
        fate = "silent failure" if run["tbdl"] else "learned" if run["learned"] else "stopped"
        for place, kind in ((1, "harm"), (2, "futility")):
            last = run["alarms"].get(kind)
            points = _until((check[0], check[place]) for check in run["checks"])
            kept = [point for point in points if last is None or point[0] <= last]
            name = arms.get(key, "")
            found.append(
                {"run": key[:6], "arm": name, "kind": kind, "fate": fate, "alarm": last, "p": kept}
            )
    return found


def _until(points: Iterable[tuple[int, float | None]]) -> list[tuple[int, float]]:
    return [(step, wealth) for step, wealth in points if wealth is not None]
