"""A recorded run for the dashboard: what the operator watches, and what was delivered."""

from __future__ import annotations

from typing import Any

from fde_env.contract.evidence import Evidence
from fde_env.contract.submissions.plan import Acceptance
from fde_env.runs.facts import is_tbdl, run_learned, train_pass
from fde_env.stats.mcnemar import paired_test


def run_signals(evidence: Evidence, acceptance: Acceptance) -> dict[str, Any]:
    """Curves and outcomes of a run, rounded for drawing; nothing is made up where none is."""
    splits = {item.split: item for item in evidence.outcomes}
    held, dev = splits.get(acceptance.split), splits.get("dev")
    found: dict[str, Any] = {
        "base": evidence.spec.base_id,
        "domain": evidence.spec.cell.domain,
        "size": evidence.spec.cell.size,
        "status": evidence.status,
        "step": [log.step for log in evidence.steps],
        "loss": [_figures(log.loss) for log in evidence.steps],
        "grad": [_figures(log.grad_norm) for log in evidence.steps],
        "token": [_figures(log.token_accuracy) for log in evidence.steps],
        "dev": None if dev is None or not dev.rows else [dev.base_accuracy, dev.accuracy],
        "trained": train_pass(evidence),
        "learned": run_learned(evidence, acceptance),
        "tbdl": is_tbdl(evidence, acceptance),
        "margin": acceptance.margin,
        "alarms": {alarm.kind: alarm.step for alarm in reversed(evidence.alarms)},
        "threshold": [1 / evidence.spec.probe.harm_alpha, 1 / evidence.spec.probe.futility_alpha],
        "checks": [
            [check.step, _figures(check.harm_log_wealth), _figures(check.futility_log_wealth)]
            for check in evidence.checks
        ],
        "held": None,
    }
    if held is not None and held.rows:
        test = paired_test(held.rows, held.gains, held.losses)
        found["held"] = {
            "rows": held.rows,
            "base": held.base_accuracy,
            "tuned": held.accuracy,
            "gains": held.gains,
            "losses": held.losses,
            "difference": test.difference,
            "low": test.ci_low,
            "high": test.ci_high,
            "p": test.p_value,
        }
    return found


def _figures(value: float | None) -> float | None:
    """Four significant figures: finer than a screen."""
    return None if value is None else float(f"{value:.4g}")
