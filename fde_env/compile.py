"""Compile what the agent submitted into training rows and a run spec. Pure.

Data handling is compared by content: the digest of the order-free set of (text, label)
pairs, so two spellings of one handling are one handling. A handling that the drop cannot
give is refused with a `CompileError` whose text depends on the files and on nothing the
ticket hides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from fde_env.contract.base import digest_of
from fde_env.contract.run_spec import CellKey, ProbePlan, RunSpec
from fde_env.contract.submissions import ConfigSubmission, IntakeSubmission, PlanSubmission
from fde_env.contract.submissions.intake import RowClause
from fde_env.errors import CompileError
from fde_env.tickets.drop import Drop, Table

MOST_CLAUSES: Final = 32
"""Clauses of one filter; each goes through every message, so their number is time."""
OPERATORS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("eq", eq),
    ("ne", ne),
    ("lt", lt),
    ("le", le),
    ("gt", gt),
    ("ge", ge),
)


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A row of the customer's export as the agent's handling labels it."""

    text: str
    thread: str
    label: str


@dataclass(frozen=True)
class Handling:
    """Compiled data handling: canonical (sorted) rows and the digest of the train split.

    `oldest` is the ISO date of the train split's oldest message; None where rows bear no dates.
    """

    train: tuple[LabelledRow, ...]
    dev: tuple[LabelledRow, ...]
    digest: str
    oldest: str | None = None


def _kept(table: Table, clauses: tuple[RowClause, ...]) -> list[bool]:
    if len(clauses) > MOST_CLAUSES:
        raise CompileError(f"row_filter has {len(clauses)} clauses; use at most {MOST_CLAUSES}")
    keep = [True] * len(table.rows)
    for clause in clauses:
        cells = table.column(clause.column)
        if cells is None:
            raise CompileError(
                f"row_filter names column {clause.column!r}; messages.csv has "
                f"{', '.join(table.header)}"
            )
        holds = dict(OPERATORS)[clause.operator]
        keep = [was and holds(cell, clause.value) for was, cell in zip(keep, cells, strict=True)]
    if not any(keep):
        raise CompileError("row_filter keeps no row of messages.csv; loosen it")
    return keep


def _codes(drop: Drop, intake: IntakeSubmission) -> dict[str, str]:
    """From join value to code in the annotation file."""
    table = drop.table(intake.label_source)
    keys, codes = table.column(intake.join_key), table.column(intake.target_column)
    if intake.label_source == "messages.csv" or keys is None or codes is None:
        raise CompileError(
            f"{intake.label_source} has no columns {intake.join_key!r} and "
            f"{intake.target_column!r} to join and label by; it has {', '.join(table.header)}"
        )
    if len(set(keys)) != len(keys):
        raise CompileError(f"join_key {intake.join_key!r} is not unique in {intake.label_source}")
    return dict(zip(keys, codes, strict=True))


def _labels(drop: Drop, intake: IntakeSubmission, codes: dict[str, str]) -> dict[str, str]:
    table = drop.label_map(intake.label_map)
    unknown = next((code for code in codes.values() if code not in table), None)
    if unknown is not None:
        raise CompileError(
            f"value {unknown!r} of {intake.label_source}:{intake.target_column} is not a code of "
            f"{intake.label_map}"
        )
    return {key: table[code] for key, code in codes.items()}


def compile_handling(drop: Drop, intake: IntakeSubmission) -> Handling:
    """Rows and digest that the submitted intake gives on this drop; remembered per drop.

    Raises:
        CompileError: a file, column, key or filter does not fit the drop.
    """
    return drop.remember(intake, lambda: _compile(drop, intake))


def _compile(drop: Drop, intake: IntakeSubmission) -> Handling:
    messages = drop.table("messages.csv")
    if intake.input_column != "text":
        raise CompileError(
            f"input_column {intake.input_column!r} is not served: the model is sent 'text'"
        )
    keys = messages.column(intake.join_key)
    if keys is None:
        raise CompileError(f"messages.csv has no column {intake.join_key!r} to join by")
    labels = _labels(drop, intake, _codes(drop, intake))
    keep = _kept(messages, intake.row_filter)
    for key in keys:
        if key not in labels:
            raise CompileError(
                f"join_key {intake.join_key!r} finds no annotation for some messages; join by the "
                "column that names a message in both files"
            )
    # Twins of a file or column that say the same are one handling, made once.
    given = tuple(labels[key] if kept else None for key, kept in zip(keys, keep, strict=True))
    return drop.remember(("given", given), lambda: _handling(messages, given))


def _handling(messages: Table, given: tuple[str | None, ...]) -> Handling:
    """The rows that have a label; None leaves a row out."""
    columns = ("split", "text", "thread", "received")
    splits, texts, threads, days = (messages.column(name) or () for name in columns)
    rows: dict[str, list[LabelledRow]] = {"train": [], "dev": []}
    for split, text, thread, label in zip(splits, texts, threads, given, strict=True):
        if label is not None:
            rows[split].append(LabelledRow(text=text, thread=thread, label=label))
    if not rows["train"]:
        raise CompileError("row_filter keeps no row of the train split; loosen it")
    train = tuple(sorted(rows["train"], key=lambda row: (row.text, row.label)))
    dev = tuple(sorted(rows["dev"], key=lambda row: (row.text, row.label)))
    dated = zip(given, splits, days, strict=True)
    oldest = min(day for label, split, day in dated if label is not None and split == "train")
    return Handling(train=train, dev=dev, digest=dataset_digest(train), oldest=oldest)


def dataset_digest(rows: tuple[LabelledRow, ...]) -> str:
    """Order-free digest of the (text, label) pairs, 64 hex digits."""
    return digest_of(sorted({(row.text, row.label) for row in rows}))


@dataclass(frozen=True, slots=True)
class RunInputs:
    """What, besides handling and plan, decides a run."""

    cell: CellKey
    base_id: str
    base_digest: str
    splits_digest: str
    warmup_steps: int
    probe: ProbePlan


def compile_run(
    handling: Handling, plan: PlanSubmission, config: ConfigSubmission, inputs: RunInputs
) -> RunSpec:
    """The run spec of a handling and a plan under an executed configuration."""
    return RunSpec(
        cell=inputs.cell,
        base_id=inputs.base_id,
        base_digest=inputs.base_digest,
        dataset_digest=handling.digest,
        splits_digest=inputs.splits_digest,
        loss_on=plan.loss_on,
        context=plan.context,
        prompt_format=plan.prompt_format,
        config=config,
        warmup_steps=inputs.warmup_steps,
        probe=inputs.probe,
    )
