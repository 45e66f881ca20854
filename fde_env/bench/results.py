"""The results file of a study: everything that its table and pictures are made from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from fde_env.bench.money import run_money, study_money
from fde_env.bench.plan import Planned
from fde_env.bench.summary import denominators, make_row, summarise
from fde_env.contract.evidence import Evidence
from fde_env.runs.facts import loss_edges
from fde_env.stats.eprocess import explain

RESULTS: Final = "results.json"
FORMAT: Final = 1

Ended = tuple[Planned, Evidence]


def study_results(ended: Sequence[Ended]) -> dict[str, Any]:
    """Plain JSON of a study's finished runs, in the order of the plan.

    `runs` and `summary` hold what `--json` prints and more: curves, money and the words of
    alarms. `preregistered` is what was fixed before the first step.
    """
    rows = [make_row(planned, evidence) for planned, evidence in ended]
    money = [run_money(evidence, planned.price) for planned, evidence in ended]
    alpha = max((planned.request.spec.probe.harm_alpha for planned, _ in ended), default=0.01)
    return {
        "format": FORMAT,
        "preregistered": [
            {"probe": json.loads(probe), "acceptance": json.loads(acceptance)}
            for probe, acceptance in sorted(
                {
                    (
                        planned.request.spec.probe.model_dump_json(),
                        planned.acceptance.model_dump_json(),
                    )
                    for planned, _ in ended
                }
            )
        ],
        "runs": [
            {**asdict(row), **asdict(bill), **_more(planned, evidence)}
            for row, bill, (planned, evidence) in zip(rows, money, ended, strict=True)
        ],
        "summary": summarise(rows),
        "denominators": denominators(rows, alpha),
        "money": asdict(
            study_money([(bill, row.tbdl) for row, bill in zip(rows, money, strict=True)])
        ),
    }


def short(results: dict[str, Any]) -> dict[str, Any]:
    """What `--json` prints: the table's rows and the summary."""
    from fde_env.bench.summary import Row

    names = tuple(Row.__dataclass_fields__)
    return {
        "runs": [{name: run[name] for name in names} for run in results["runs"]],
        "summary": results["summary"],
    }


def write_results(results: dict[str, Any], folder: Path) -> Path:
    """Write the results file into `folder`, which is made; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RESULTS
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def _more(planned: Planned, evidence: Evidence) -> dict[str, Any]:
    first, last = loss_edges(evidence)
    spec, made = evidence.spec, evidence.provenance
    probe = spec.probe
    margins = {"harm": probe.harm_margin, "futility": probe.futility_margin}
    alphas = {"harm": probe.harm_alpha, "futility": probe.futility_alpha}
    return {
        "run_key": evidence.run_key,
        "status": evidence.status,
        "failure": evidence.failure,
        "nominal_base": planned.price.nominal_base,
        "pool": f"{planned.price.pool.gpu_count} x {planned.price.pool.node_type}",
        "steps": len(evidence.steps),
        "rows_given": evidence.rows_given,
        "rows_kept": evidence.rows_kept,
        "loss_first": first,
        "loss_last": last,
        "eval_seconds": made.eval_seconds,
        "wall_seconds": made.wall_seconds,
        "backend": made.backend,
        "isolated": made.isolated,
        "device": made.device,
        "threads": made.threads,
        "precision": made.executed_precision,
        "host_key": made.host_key,
        "alarms": [
            explain(alarm.kind, alarm.step, margin=margins[alarm.kind], alpha=alphas[alarm.kind])
            for alarm in evidence.alarms
        ],
        "loss": [None if log.loss is None else round(log.loss, 4) for log in evidence.steps],
        "checks": [
            {
                "step": check.step,
                "change": (check.better - check.worse) / (check.worse + check.same + check.better),
                "harm_log_wealth": check.harm_log_wealth,
                "futility_log_wealth": check.futility_log_wealth,
            }
            for check in evidence.checks
        ],
    }
