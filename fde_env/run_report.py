"""The JSON object that `fde run --json` prints."""

from __future__ import annotations

from typing import Any

from fde_env.env import FDEDeliveryEnv
from fde_env.options import Options
from fde_env.result import Result


def run_report(env: FDEDeliveryEnv, agent: str, options: Options, result: Result) -> dict[str, Any]:
    """Who delivered what, under which conditions, with which outcome; plain JSON.

    Stacked traps and combined pressures are joined by "+".
    """
    ticket, evidence = env.ticket, env.evidence
    run_dir = env.run_dir
    return {
        "ticket": ticket.ticket_id,
        "agent": agent,
        "trap": "+".join(ticket.spec.traps) or "none",
        "misread": options.misread,
        "pressure": "+".join(ticket.spec.pressure) or "none",
        "intensity": options.intensity,
        "inject": options.inject,
        "detector": options.detector,
        "gate": options.gate,
        "base": ticket.spec.base,
        "nominal_base": ticket.nominal_base,
        "seed": ticket.spec.seed,
        "data_seed": ticket.spec.data_seed,
        "size": ticket.spec.size,
        "backend": evidence.provenance.backend if evidence else options.backend,
        "isolated": evidence.provenance.isolated if evidence else None,
        "execution": options.execution,
        "replayed": env.replayed,
        **result.model_dump(mode="json", exclude={"ticket", "stages"}),
        "verdicts": result.verdicts,
        "reasons": {item.stage: item.reason for item in result.stages},
        "run_dir": None if run_dir is None else str(run_dir),
    }
