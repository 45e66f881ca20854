"""One action type for everything an agent can do: a tool's name and its arguments."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from fde_env.contract.base import Frozen
from fde_env.contract.stage import STAGES, Stage
from fde_env.contract.submissions import SUBMISSION_OF
from fde_env.contract.submissions.plan import Split


class NoArguments(Frozen):
    """The tool takes no arguments."""


class ReadFile(Frozen):
    """Read lines of a file in the customer's drop."""

    name: str = Field(description="File name, from list_files.")
    start: int = Field(ge=0, description="First line, from 0.")
    rows: int = Field(ge=1, le=200, description="Lines to read, at most 200.")


class ColumnStats(Frozen):
    """Summarise one column of a CSV file in the drop."""

    name: str = Field(description="CSV file name, from list_files.")
    column: str = Field(description="Column name.")


class ReadLogs(Frozen):
    """Read training logs."""

    since_step: int = Field(ge=0, description="First optimiser step to show.")


class RunEval(Frozen):
    """Score base and tuned model on a split."""

    split: Split = Field(description="Split to score.")


ReadTool = Literal[
    "read_ticket",
    "list_files",
    "read_file",
    "column_stats",
    "token_quantiles",
    "read_policy",
    "read_price_list",
    "read_cluster",
    "read_logs",
    "read_metrics",
    "run_eval",
    "read_run_record",
    "read_ledger",
]

READ_TOOLS: Final = MappingProxyType[str, type[BaseModel]](
    {
        "read_ticket": NoArguments,
        "list_files": NoArguments,
        "read_file": ReadFile,
        "column_stats": ColumnStats,
        "token_quantiles": NoArguments,
        "read_policy": NoArguments,
        "read_price_list": NoArguments,
        "read_cluster": NoArguments,
        "read_logs": ReadLogs,
        "read_metrics": NoArguments,
        "run_eval": RunEval,
        "read_run_record": NoArguments,
        "read_ledger": NoArguments,
    }
)

STAGE_OF_TOOL: Final = MappingProxyType[str, Stage]({f"submit_{stage}": stage for stage in STAGES})

ARGUMENTS_OF: Final = MappingProxyType[str, type[BaseModel]](
    {**READ_TOOLS, **{tool: SUBMISSION_OF[stage] for tool, stage in STAGE_OF_TOOL.items()}}
)


class Action(Frozen):
    """A validated action: tool name and the validated arguments model."""

    tool: str
    arguments: Any

    def as_dict(self) -> dict[str, Any]:
        """The wire form, `{"tool": name, "arguments": {...}}`."""
        return {"tool": self.tool, "arguments": self.arguments.model_dump(mode="json")}
