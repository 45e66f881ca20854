"""The read-only tools. None of them says whether anything is right.

Each is a function of the agent's view and the call's arguments that returns text; a call
that makes no sense raises an `AgentFault`, which the environment shows to the agent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from fde_env.contract.action import ColumnStats, ReadFile, ReadLogs, RunEval
from fde_env.contract.evidence import StepLog
from fde_env.contract.facts import RunFacts, SplitFacts
from fde_env.contract.memory import KEPT, Same, once_each
from fde_env.contract.submissions import ConfigSubmission
from fde_env.errors import CompileError, OutOfOrder
from fde_env.view import AgentView, Quantiles

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
    asked = slice(call.start, call.start + call.rows)
    if call.name.endswith(".csv"):
        table = view.drop.table(call.name)
        return "".join((table.head, *table.lines[asked], f"({len(table.rows)} rows in all)"))
    lines = view.drop.once(call.name, "lines", file.text.splitlines)
    shown = "\n".join(lines[asked])
    return f"{shown}\n({len(lines)} lines in all)"


def _column_stats(view: AgentView, call: ColumnStats) -> str:
    table = view.drop.table(call.name)
    cells = table.column(call.column)
    if cells is None:
        raise CompileError(
            f"{call.name} has no column {call.column!r}; columns: {', '.join(table.header)}"
        )
    return view.drop.once(call.name, f"column {call.column}", lambda: _summary(cells))


def _summary(cells: tuple[str, ...]) -> str:
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
    return _quantiles_text(view.quantiles)


@once_each
def _quantiles_text(quantiles: Quantiles) -> str:
    return json.dumps(
        {
            "unit": "tokens of prompt and completion together",
            "message_only": {str(q): n for q, n in quantiles.message_only},
            "whole_thread": {str(q): n for q, n in quantiles.whole_thread},
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


@once_each
def log_lines(logs: tuple[StepLog, ...]) -> tuple[str, ...]:
    """A line for each log; replays share their logs, and so their lines."""
    return tuple(map(log_line, logs))


def _read_logs(view: AgentView, call: ReadLogs) -> str:
    lines = zip(view.steps, log_lines(view.steps), strict=True)
    wanted = [(log.step, line) for log, line in lines if log.step >= call.since_step]
    if not wanted:
        return "no log lines there"
    rest = len(wanted) - LOG_LINES
    tail = f"\n({rest} more lines: ask since step {wanted[LOG_LINES][0]})" if rest > 0 else ""
    return "\n".join(line for _, line in wanted[:LOG_LINES]) + tail


def _read_metrics(view: AgentView, call: Any) -> str:
    del call
    if not view.steps:
        return "no metrics yet: training has not started"
    every = max(1, len(view.steps) // 20)
    lines = zip(view.steps, log_lines(view.steps), strict=True)
    return "\n".join(line for log, line in lines if log.step % every == 0)


def _run_eval(view: AgentView, call: RunEval) -> str:
    if view.run is None:
        raise OutOfOrder("run_eval needs a finished run; submit_train with command 'start' first")
    return _outcome_text(view.run.split(call.split))


@once_each
def _outcome_text(fact: SplitFacts) -> str:
    outcome = fact.outcome
    return json.dumps(
        {
            "split": outcome.split,
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
    base = (view.base_revision, view.nominal_base, view.stand_in)
    return _record_text(view.executed_config, base, view.registered, Same(view.run))


@lru_cache(maxsize=KEPT)
def _record_text(
    config: ConfigSubmission,
    base: tuple[str, str, bool],
    registered: tuple[str, ...],
    run: Same[RunFacts | None],
) -> str:
    record: dict[str, Any] = {
        "executed_config": config.model_dump(mode="json"),
        "base_revision": base[0],
        "nominal_base": base[1],
        "stand_in_base": base[2],
        "registered_names": list(registered),
        "run": None if run.value is None else _run_part(run.value),
    }
    return json.dumps(record, indent=1)


def _run_part(run: RunFacts) -> dict[str, Any]:
    return {
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
