"""The read-only tools. None of them says whether anything is right.

Each is a function of the agent's view and the call's arguments that returns text; a call
that makes no sense raises an `AgentFault`, which the environment shows to the agent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from fde_env.contract.action import ColumnStats, ReadFile, ReadLogs, RunEval
from fde_env.contract.evidence import StepLog
from fde_env.errors import CompileError, OutOfOrder
from fde_env.tickets.drop import write_table
from fde_env.view import AgentView

LOG_LINES: Final = 50
COMMON_VALUES: Final = 8


def _read_ticket(view: AgentView, call: Any) -> str:
    del call
    return view.request


def _list_files(view: AgentView, call: Any) -> str:
    del call
    rows = [f"{file.name}  {len(file.text)} characters" for file in view.drop.ticket.files]
    return "\n".join(rows)


def _read_file(view: AgentView, call: ReadFile) -> str:
    file = view.drop.ticket.file(call.name)
    if file is None:
        raise CompileError(f"no file {call.name!r}; files: {', '.join(view.drop.names)}")
    if call.name.endswith(".csv"):
        table = view.drop.table(call.name)
        rows = list(table.rows[call.start : call.start + call.rows])
        return write_table(table.header, rows) + f"({len(table.rows)} rows in all)"
    lines = file.text.splitlines()
    shown = "\n".join(lines[call.start : call.start + call.rows])
    return f"{shown}\n({len(lines)} lines in all)"


def _column_stats(view: AgentView, call: ColumnStats) -> str:
    table = view.drop.table(call.name)
    cells = table.column(call.column)
    if cells is None:
        raise CompileError(
            f"{call.name} has no column {call.column!r}; columns: {', '.join(table.header)}"
        )
    common = Counter(cells).most_common(COMMON_VALUES)
    lengths = sorted(len(cell) for cell in cells)
    summary = {
        "rows": len(cells),
        "distinct": len(set(cells)),
        "empty": sum(not cell for cell in cells),
        "smallest": min(cells)[:80],
        "largest": max(cells)[:80],
        "median_characters": lengths[len(lengths) // 2],
        "longest_characters": lengths[-1],
        "most_common": [[value[:80], count] for value, count in common],
    }
    return json.dumps(summary, indent=1)


def _token_quantiles(view: AgentView, call: Any) -> str:
    del call
    return json.dumps(
        {
            "unit": "tokens of prompt and completion together",
            "message_only": {str(q): n for q, n in view.quantiles.message_only},
            "whole_thread": {str(q): n for q, n in view.quantiles.whole_thread},
        },
        indent=1,
    )


def _document(name: str) -> Callable[[AgentView, Any], str]:
    def read(view: AgentView, call: Any) -> str:
        del call
        file = view.drop.ticket.file(name)
        return "" if file is None else file.text

    return read


def log_line(log: StepLog) -> str:
    """A training log line as an operator sees it."""

    def number(value: float | None, form: str) -> str:
        return "nan" if value is None else format(value, form)

    return (
        f"step {log.step:>4}  loss {number(log.loss, '.4f')}  "
        f"grad_norm {number(log.grad_norm, '.3f')}  lr {log.learning_rate:.2e}  "
        f"token_accuracy {number(log.token_accuracy, '.3f')}"
    )


def _read_logs(view: AgentView, call: ReadLogs) -> str:
    wanted = [log for log in view.steps if log.step >= call.since_step]
    if not wanted:
        return "no log lines there"
    rest = len(wanted) - LOG_LINES
    tail = f"\n({rest} more lines: ask since step {wanted[LOG_LINES].step})" if rest > 0 else ""
    return "\n".join(log_line(log) for log in wanted[:LOG_LINES]) + tail


def _read_metrics(view: AgentView, call: Any) -> str:
    del call
    if not view.steps:
        return "no metrics yet: training has not started"
    every = max(1, len(view.steps) // 20)
    chosen = [log for log in view.steps if log.step % every == 0]
    return "\n".join(log_line(log) for log in chosen)


def _run_eval(view: AgentView, call: RunEval) -> str:
    if view.run is None:
        raise OutOfOrder("run_eval needs a finished run; submit_train with command 'start' first")
    fact = view.run.split(call.split)
    outcome = fact.outcome
    return json.dumps(
        {
            "split": call.split,
            "rows": outcome.rows,
            "base_accuracy": outcome.base_accuracy,
            "accuracy": outcome.accuracy,
            "gains": outcome.gains,
            "losses": outcome.losses,
            "mcnemar_exact_one_sided_p": fact.p_value,
        },
        indent=1,
    )


def _read_run_record(view: AgentView, call: Any) -> str:
    del call
    record: dict[str, Any] = {
        "executed_config": view.executed_config.model_dump(mode="json"),
        "base_revision": view.base_revision,
        "nominal_base": view.nominal_base,
        "stand_in_base": view.stand_in,
        "registered_names": list(view.registered),
    }
    if view.run is None:
        record["run"] = None
    else:
        run = view.run
        record["run"] = {
            "run_id": run.run_id,
            "steps_run": run.steps_run,
            "halted": run.halted,
            "alarms": [alarm.model_dump() for alarm in run.alarms_shown],
            "rows_given": run.rows_given,
            "rows_kept": run.rows_kept,
            "label_source": run.label_source,
            "label_map": run.label_map,
            "artifact_digest": run.artifact_digest,
            "dataset_digest": run.dataset_digest,
            "config_digest": run.config_digest,
        }
    return json.dumps(record, indent=1)


def _read_ledger(view: AgentView, call: Any) -> str:
    del call
    if view.ledger is None:
        return "the ledger has no entry for this delivery yet"
    return view.ledger.model_dump_json(indent=1)


TOOLS: Final = MappingProxyType[str, Callable[[AgentView, Any], str]](
    {
        "read_ticket": _read_ticket,
        "list_files": _list_files,
        "read_file": _read_file,
        "column_stats": _column_stats,
        "token_quantiles": _token_quantiles,
        "read_policy": _document("policy.json"),
        "read_price_list": _document("price_list.json"),
        "read_cluster": _document("cluster.json"),
        "read_logs": _read_logs,
        "read_metrics": _read_metrics,
        "run_eval": _run_eval,
        "read_run_record": _read_run_record,
        "read_ledger": _read_ledger,
    }
)
