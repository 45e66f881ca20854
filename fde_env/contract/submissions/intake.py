"""Stage 1, intake: read the ticket, accept or refuse, and say how the data is handled."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen

RefusalReason = Literal[
    "none",
    "budget",
    "deadline",
    "licence",
    "personal_data",
    "no_label_source",
    "undefined_metric",
]
Metric = Literal["accuracy", "macro_f1", "exact_match", "rouge_l"]
Operator = Literal["eq", "ne", "lt", "le", "gt", "ge"]


class RowClause(Frozen):
    """Keep a row when `column operator value` holds; ISO dates compare as text."""

    column: str = Field(description="Column of the messages file.")
    operator: Operator = Field(description="Comparison, applied to the cell's text.")
    value: str = Field(description="Right-hand side, as text.")


class IntakeSubmission(Frozen):
    """What the engineer understood: decision, task, data handling and metric."""

    decision: Literal["accept", "refuse"] = Field(description="Take the ticket or refuse it.")
    refusal_reason: RefusalReason = Field(description="'none' when accepting.")
    task: Literal["intent_classification", "sentiment", "summarisation", "extraction"] = Field(
        description="The task that the customer asks for."
    )
    input_column: str = Field(description="Column of messages.csv that holds the model's input.")
    target_column: str = Field(
        description="Column of the annotation file that holds the code, e.g. 'code_1'."
    )
    label_source: str = Field(description="Annotation file in the drop, e.g. 'labels_1.csv'.")
    label_map: str = Field(description="Label-map file in the drop, e.g. 'label_map_1.json'.")
    join_key: str = Field(description="Column shared by the messages and the annotation file.")
    row_filter: tuple[RowClause, ...] = Field(
        description="All clauses must hold for a row to be kept; empty keeps every row."
    )
    metric: Metric = Field(description="Headline metric that the customer is judged by.")
