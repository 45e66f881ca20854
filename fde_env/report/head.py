"""The head of the page: every figure that it shows before anybody asks for an episode or a run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Final

from fde_env.contract.belief import ASIDE, QUESTIONS
from fde_env.contract.stage import KIND_OF, STAGES
from fde_env.evaluate.metrics.comparison import Comparison
from fde_env.report.data import ReportData
from fde_env.report.episodes import COLUMNS, KEY_DIGITS, list_line

MOST_REASONS: Final = 6
# Curves of the study that the page draws from its runs, or as means.
CURVES: Final = frozenset({"loss", "checks"})
# What a share is shown with; the rest of a rate says how it was made.
SILENT: Final = frozenset({"method", "effective", "worst_low", "best_high"})
LOSS_EVERY: Final = 10


def page_head(report: ReportData) -> dict[str, Any]:
    """Plain JSON."""
    summary = report.summary
    tickets = list(dict.fromkeys(row.ticket for row in summary.rows))
    names = ("suite", "agents", "tickets", "trials", "pairing", "planned", "played", "complete")
    return {
        **{name: getattr(summary, name) for name in names},
        "environment": summary.versions.environment,
        "package": summary.versions.package,
        "smoke": any(row.size != "full" for row in summary.rows),
        "leaderboard": summary.leaderboard,
        "stages": [{"name": stage, "kind": KIND_OF[stage]} for stage in STAGES],
        "questions": {item.key: item.text.removeprefix(ASIDE) for item in QUESTIONS},
        "reasons": {
            stage: {agent: found.most_common(MOST_REASONS) for agent, found in of_stage.items()}
            for stage, of_stage in report.reasons.items()
        },
        "figures": [_short(item.model_dump(mode="json")) for item in summary.figures],
        "comparisons": [_comparison(item) for item in summary.comparisons],
        "columns": COLUMNS,
        "episodes": [list_line(row) for row in summary.rows],
        "blocks": {ticket: f"ticket-{number}" for number, ticket in enumerate(tickets)},
        "runs": _run_list(report),
        "study": None if report.study is None else _study(report.study),
        "wealth": _wealth(report),
    }


def _short(value: Any) -> Any:
    """Without what the page does not show, in figures finer than a screen."""
    if isinstance(value, dict):
        return {name: _short(item) for name, item in value.items() if name not in SILENT}
    if isinstance(value, list):
        return [_short(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _comparison(item: Comparison) -> dict[str, Any]:
    return {**_short(item.model_dump(mode="json")), "sentence": item.sentence}


def _run_list(report: ReportData) -> list[dict[str, Any]]:
    """One line a run, those of the study first, named by what is known of them."""
    arms = _arms(report)
    used = Counter(row.run_key for row in report.summary.rows if row.run_key)
    found = []
    for key, run in report.runs.items():
        arm = arms.get(key)
        base = Path(run["base"]).name
        found.append(
            {
                "key": key[:KEY_DIGITS],
                "block": f"run-{key[:KEY_DIGITS]}",
                "name": f"{base}, {arm['arm']}, seed {arm['seed']}"
                if arm
                else f"{run['domain']}, {base}, run {key[:6]}",
                "study": arm is not None,
                "episodes": used.get(key, 0),
                "tbdl": run["tbdl"],
                "fate": _fate(run),
            }
        )
    return sorted(found, key=lambda item: (not item["study"], item["name"]))


def _arms(report: ReportData) -> dict[str, dict[str, Any]]:
    return {run["run_key"]: run for run in (report.study or {"runs": []})["runs"]}


def _fate(run: dict[str, Any]) -> str:
    return "silent failure" if run["tbdl"] else "learned" if run["learned"] else "stopped"


def _study(study: dict[str, Any]) -> dict[str, Any]:
    """The confirmatory study: its runs without their curves, and the mean loss of each arm."""
    return {
        "runs": [
            _short({name: value for name, value in run.items() if name not in CURVES})
            for run in study["runs"]
        ],
        "summary": study["summary"],
        "denominators": _short(study["denominators"]),
        "money": _short(study["money"]),
        "acceptance": study["preregistered"][0]["acceptance"],
        "loss": {
            arm: _mean_loss([run["loss"] for run in study["runs"] if run["arm"] == arm])
            for arm in study["summary"]
        },
    }


def _mean_loss(curves: list[list[float | None]]) -> list[list[float]]:
    """[last step, mean loss] of each ten steps over all runs of an arm."""
    found = []
    for begin in range(0, max(map(len, curves), default=0), LOSS_EVERY):
        end = begin + LOSS_EVERY
        known = [value for curve in curves for value in curve[begin:end] if value is not None]
        if known:
            found.append([end, round(sum(known) / len(known), 4)])
    return found


def _wealth(report: ReportData) -> list[dict[str, Any]]:
    """Both detectors over all runs, up to the alarm."""
    arms = _arms(report)
    found = []
    for key, run in report.runs.items():
        arm = arms.get(key)
        for place, kind in ((1, "harm"), (2, "futility")):
            last = run["alarms"].get(kind)
            points = [(check[0], check[place]) for check in run["checks"]]
            found.append(
                {
                    "run": key[:6],
                    "base": Path(run["base"]).name,
                    "arm": arm["arm"] if arm else "",
                    "seed": arm["seed"] if arm else None,
                    "kind": kind,
                    "fate": _fate(run),
                    "alarm": last,
                    "p": [
                        (step, wealth)
                        for step, wealth in points
                        if wealth is not None and (last is None or step <= last)
                    ],
                }
            )
    return found
