"""Write a report in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from fde_env.bench.recorded import recorded_study
from fde_env.errors import UsageError
from fde_env.evaluate.run import read_summary
from fde_env.report.data import ReportData, read_report
from fde_env.report.markdown import markdown
from fde_env.report.page import page
from fde_env.report.pictures import draw_report
from fde_env.report.study import read_study
from fde_env.report.table_csv import table_csv
from fde_env.runs.store import Store

TEXTS: Final = MappingProxyType({"html": "report.html", "md": "report.md", "csv": "report.csv"})
PICTURES: Final = ("svg", "png")


def write_report(
    folder: Path, form: str, out: Path | None = None, study: Path | None = None
) -> list[Path]:
    """Write the report of the benchmark run in `folder`; returns the files.

    Args:
        folder: written by `fde bench`.
        form: html, md, csv, svg or png.
        out: file, or for pictures folder; by default beside the summary.
        study: results of `fde confirm`, or "none"; by default the one that is shipped.

    Raises:
        UsageError: there is no such form or study, or matplotlib is not installed.
        StoreCorrupt: the folder holds no whole benchmark run.
    """
    if form not in TEXTS and form not in PICTURES:
        raise UsageError(f"--format is {', '.join((*TEXTS, *PICTURES))}, not {form!r}")
    found = _study(study)
    if form == "html":
        report = read_report(folder, Store(), found)
    else:  # tables and pictures are of the summary alone
        report = ReportData(summary=read_summary(folder), study=found)
    if form in PICTURES:
        return draw_report(report, out or folder / "figures", form)
    makers: dict[str, Callable[[ReportData], str]] = {
        "html": lambda data: page(data, f"fde report: {', '.join(data.summary.agents)}"),
        "md": markdown,
        "csv": table_csv,
    }
    target = out or folder / TEXTS[form]
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    draft.write_text(makers[form](report), encoding="utf-8", newline="")
    draft.replace(target)
    return [target]


def _study(asked: Path | None) -> dict[str, Any] | None:
    if asked is None:
        return recorded_study()
    return None if str(asked) == "none" else read_study(asked)
