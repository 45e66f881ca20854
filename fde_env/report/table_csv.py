"""Episodes as CSV: a line each, for a spreadsheet or a data frame."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from fde_env.contract.stage import STAGES
from fde_env.evaluate.row import EpisodeRow
from fde_env.report.data import ReportData

PLAIN: Final = (
    *("episode_id", "unit_id", "agent", "ticket", "domain", "base", "size", "infeasible"),
    *("held_back", "unseen_cell", "pressure", "intensity", "inject", "trial", "seed", "outcome"),
    *("ending", "reward", "train_pass", "learned", "halted", "tbdl", "base_accuracy", "accuracy"),
    *("refused", "refused_rightly", "deploy", "overclaims_card", "overclaims_bill"),
    *("gpu_hours", "compute_usd", "steps", "run_key", "detail"),
)
# A spreadsheet takes a cell that begins so for a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def table_csv(report: ReportData) -> str:
    """All episodes in the order of the plan; unknown values are empty."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([*PLAIN, "traps", "harm_step", "futility_step", "agent_usd", *STAGES])
    for row in report.summary.rows:
        writer.writerow([_cell(value) for value in _values(row)])
    return file.getvalue()


def _values(row: EpisodeRow) -> list[Any]:
    return [
        *(getattr(row, name) for name in PLAIN),
        "+".join(row.traps),
        row.alarms.harm,
        row.alarms.futility,
        row.usage.dollars,
        *(row.stages[stage] for stage in STAGES),
    ]


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
